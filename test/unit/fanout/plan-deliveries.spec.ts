import { describe, expect, it } from '@jest/globals';
import { planDeliveries } from '../../../lib/fanout/plan-deliveries.js';
import type { FanoutWebhook, UnfannedEvent } from '../../../lib/persistence/ports/fanout-store.js';

const event = (part: Partial<UnfannedEvent> = {}): UnfannedEvent => ({
  id: 1,
  tenantUid: 'shop',
  action: 'ORDER_SETTLED',
  orderingKey: null,
  transportIds: null,
  mayExist: false,
  content: null,
  ...part,
});

const webhook = (id: number, part: Partial<FanoutWebhook> = {}): FanoutWebhook => ({
  id,
  tenantUid: 'shop',
  tenantId: 5,
  action: '*',
  ordered: false,
  transportId: 10,
  transportState: 'ACTIVE',
  origin: 'https://erp.example.com',
  encryptedWith: '',
  ...part,
});

const chosen = (...webhooks: FanoutWebhook[]): number[] =>
  planDeliveries([event()], webhooks).map(({ webhookId }) => webhookId);

describe('planDeliveries', () => {
  it('plans a delivery with all values that fan-out writes', () => {
    expect(planDeliveries([event({ id: 7, orderingKey: 'k' })], [webhook(3, { ordered: true })])).toEqual([
      {
        eventId: 7,
        tenantUid: 'shop',
        tenantId: 5,
        transportId: 10,
        webhookId: 3,
        missedReason: null,
        orderingKey: 'k',
      },
    ]);
  });

  it('plans a delivery for each transport with a matching webhook', () => {
    const webhookIds = chosen(
      webhook(1),
      webhook(2, { transportId: 11 }),
      webhook(3, { transportId: 12, action: 'TILL_OPEN' }),
      webhook(4, { transportId: 13, action: 'ORDER_*' }),
    );
    expect([...webhookIds].sort()).toEqual([1, 2, 4]);
  });

  it('takes the most specific of the webhooks of a transport, and of equal ones the oldest', () => {
    const all = [
      webhook(1),
      webhook(2, { action: 'ORDER_*' }),
      webhook(5, { action: 'ORDER_SETTLED' }),
      webhook(4, { action: 'ORDER_SETTLED' }),
    ];
    expect(chosen(...all)).toEqual([4]);
    expect(chosen(...all.slice(0, 2))).toEqual([2]);
    expect(chosen(...all.slice(0, 2).reverse())).toEqual([2]);
    expect(chosen(webhook(9), webhook(8))).toEqual([8]);
  });

  it('plans only the remaining transports of an event that was written in part, in the order in which the outbox lists them', () => {
    const webhooks = [1, 2, 3].map((id) => webhook(id, { transportId: 10 + id }));
    const plan = planDeliveries([event({ transportIds: [13, 99, 12] }), event({ id: 2 })], webhooks);
    expect(plan.map(({ eventId, transportId }) => [eventId, transportId])).toEqual([
      [1, 13],
      [1, 12],
      [2, 11],
      [2, 12],
      [2, 13],
    ]);
  });

  it("never sends an event to another tenant's webhook", () => {
    const webhooks = [webhook(1, { tenantUid: 'other' }), webhook(2)];
    const events = [event(), event({ id: 2, tenantUid: 'other' }), event({ id: 3, tenantUid: 'nobody' })];
    expect(
      planDeliveries(events, webhooks).map(({ eventId, tenantUid, webhookId }) => [
        eventId,
        tenantUid,
        webhookId,
      ]),
    ).toEqual([
      [1, 'shop', 2],
      [2, 'other', 1],
    ]);
  });

  it('keeps tenants apart if the uid and the action of each, joined, are the same text', () => {
    const events = [
      event({ tenantUid: 'a', action: 'B_C' }),
      event({ id: 2, tenantUid: 'a-B', action: 'C' }),
    ];
    const webhooks = [webhook(1, { tenantUid: 'a', action: 'B_C' })];
    expect(planDeliveries(events, webhooks).map(({ eventId }) => eventId)).toEqual([1]);
  });

  it('queues for a paused transport, and not for a disabled one', () => {
    const plan = planDeliveries(
      [event()],
      [webhook(1, { transportState: 'PAUSED' }), webhook(2, { transportId: 11, transportState: 'DISABLED' })],
    );
    expect(plan.map(({ webhookId, missedReason }) => [webhookId, missedReason])).toEqual([
      [1, null],
      [2, 'TRANSPORT_DISABLED'],
    ]);
  });

  it('gives ordered deliveries a key, one and the same for all events of the tenant that have none', () => {
    const keys = (orderingKey: string | null, ordered: boolean) =>
      planDeliveries([event({ orderingKey })], [webhook(1, { ordered })])[0]!.orderingKey;
    expect([keys('k', true), keys(null, true), keys('k', false), keys(null, false)]).toEqual([
      'k',
      '',
      null,
      null,
    ]);
  });

  it('keeps the order of the events', () => {
    const events = [3, 1, 2].map((id) => event({ id }));
    expect(planDeliveries(events, [webhook(1)]).map(({ eventId }) => eventId)).toEqual([3, 1, 2]);
  });

  it('plans nothing without events or without webhooks', () => {
    expect(planDeliveries([], [webhook(1)])).toEqual([]);
    expect(planDeliveries([event()], [])).toEqual([]);
  });
});
