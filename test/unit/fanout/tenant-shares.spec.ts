import { describe, expect, it } from '@jest/globals';
import { tenantShares } from '../../../lib/fanout/tenant-shares.js';
import type { PlannedDelivery, UnfannedEvent } from '../../../lib/persistence/ports/fanout-store.js';

const event = (id: number, tenantUid = 'shop'): UnfannedEvent => ({
  id,
  tenantUid,
  action: 'ORDER_SETTLED',
  orderingKey: null,
  transportIds: null,
  mayExist: false,
  content: null,
});

/** Deliveries of an event to that many transports. */
const deliveriesOf = ({ id, tenantUid }: UnfannedEvent, count: number): PlannedDelivery[] =>
  Array.from({ length: count }, (_, index) => ({
    eventId: id,
    tenantUid,
    tenantId: 1,
    transportId: index + 1,
    webhookId: 1,
    missedReason: null,
    orderingKey: null,
  }));

describe('tenantShares', () => {
  it('takes whole events of a tenant up to 1,000 deliveries', () => {
    const events = [event(1), event(2), event(3)];
    const deliveries = events.flatMap((one) => deliveriesOf(one, 400));
    const [share, ...others] = tenantShares(events, deliveries);
    expect(others).toEqual([]);
    expect(share!.events.map(({ id, left }) => [id, left])).toEqual([
      [1, []],
      [2, []],
    ]);
    expect(share!.deliveries).toHaveLength(800);
  });

  it('divides an event that has more, and names the transports that are left', () => {
    const wide = event(1);
    const [share] = tenantShares([wide, event(2)], deliveriesOf(wide, 1_002));
    expect(share!.events).toEqual([
      { id: 1, tenantUid: 'shop', transportIds: null, mayExist: false, left: [1_001, 1_002] },
    ]);
    expect(share!.deliveries).toHaveLength(1_000);
  });

  it('gives each tenant a share of its own', () => {
    const [big, small] = [event(1, 'big'), event(2, 'small')];
    const shares = tenantShares([big, small], [...deliveriesOf(big, 2_500), ...deliveriesOf(small, 3)]);
    expect(shares.map(({ deliveries }) => deliveries.length)).toEqual([1_000, 3]);
  });

  it('keeps events that lead to no delivery, so that they are removed from the outbox', () => {
    const [share] = tenantShares([event(1), event(2)], []);
    expect(share).toMatchObject({ events: [{ id: 1 }, { id: 2 }], deliveries: [] });
  });
});
