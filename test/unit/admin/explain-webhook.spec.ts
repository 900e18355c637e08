import { describe, expect, it } from '@jest/globals';
import { explainWebhook } from '../../../lib/admin/events/explain-webhook.js';
import { waitsOf } from '../../../lib/admin/events/waits.js';
import type { ListedDelivery } from '../../../lib/persistence/ports/delivery-store.js';
import type { LiveWebhook, PendingFacts } from '../../../lib/persistence/ports/explain-store.js';
import { PARKED_DUE_AT } from '../../../lib/persistence/ports/record-store.js';
import type { EventFacts, WebhookFacts } from '../../../lib/persistence/repositories/explain.repository.js';

const AT = 1_800_000_000_000;
const HOUR_MS = 3_600_000;
const EVENT = { action: 'ORDER_SETTLED', createdAt: AT };
const WEBHOOK: LiveWebhook = {
  id: 1,
  webhookUid: 'w',
  action: 'ORDER_*',
  enabled: true,
  createdAt: AT - HOUR_MS,
  lastModifiedAt: AT - HOUR_MS,
  transportId: 7,
  httpTransportUid: 'erp',
  transportCreatedAt: AT - HOUR_MS,
};
const LATER = { createdAt: AT + HOUR_MS, lastModifiedAt: AT + HOUR_MS };
const NOTHING: Pick<EventFacts, 'outbox' | 'firstDeliveryAt'> = { outbox: undefined, firstDeliveryAt: null };
const delivery = {} as ListedDelivery;

const verdict = (
  webhook: Partial<LiveWebhook> | null,
  { facts = NOTHING, ...given }: Partial<WebhookFacts> & { facts?: typeof NOTHING } = {},
): string => {
  const live = webhook === null ? undefined : { ...WEBHOOK, ...webhook };
  const whole = {
    webhookId: 1,
    delivery: undefined,
    isOwn: false,
    pending: undefined,
    ...given,
    webhook: live,
  };
  const { outcome, reason, basis } = explainWebhook(EVENT, facts, whole);
  return [outcome, reason, basis].join(' ');
};

describe('the explanation of an event for a webhook', () => {
  const fannedOut = { outbox: undefined, firstDeliveryAt: AT + 5 };
  const onOutbox = { outbox: { transportIds: null }, firstDeliveryAt: null };
  const partly = { outbox: { transportIds: [8] }, firstDeliveryAt: AT + 5 };

  it.each<[string, string, string]>([
    ['has its delivery', verdict({}, { delivery, isOwn: true }), 'DELIVERY  RECORDED'],
    ['was deleted, but has its delivery', verdict(null, { delivery, isOwn: true }), 'DELIVERY  RECORDED'],
    [
      'has a delivery that is deleted just now',
      verdict({}, { isOwn: true }),
      'UNKNOWN RECORD_EXPIRED EXPIRED',
    ],
    ['subscribes to other actions', verdict({ action: 'TILL_OPEN' }), 'NO_DELIVERY ACTION_DIFFERS DERIVED'],
    ['is disabled', verdict({ enabled: false }), 'NO_DELIVERY WEBHOOK_DISABLED DERIVED'],
    ['is less specific than another one', verdict({}, { delivery }), 'NO_DELIVERY OTHER_WEBHOOK DERIVED'],
    [
      'was created after the fan-out',
      verdict(LATER, { facts: fannedOut }),
      'NO_DELIVERY WEBHOOK_CREATED_LATER RECORDED',
    ],
    ['was created after the event', verdict(LATER), 'NO_DELIVERY WEBHOOK_CREATED_LATER DERIVED'],
    [
      'belongs to a transport that was created after the fan-out',
      verdict({ ...LATER, transportCreatedAt: AT + HOUR_MS }, { facts: fannedOut }),
      'NO_DELIVERY TRANSPORT_CREATED_LATER RECORDED',
    ],
    ['waits for the fan-out', verdict({}, { facts: onOutbox }), 'WAITING FAN_OUT DERIVED'],
    ['was created while the event waited', verdict(LATER, { facts: onOutbox }), 'WAITING FAN_OUT DERIVED'],
    [
      'does not match while the event waits',
      verdict({ enabled: false }, { facts: onOutbox }),
      'NO_DELIVERY WEBHOOK_DISABLED DERIVED',
    ],
    [
      'is not among the transports that are left',
      verdict({}, { facts: partly }),
      'UNKNOWN RECORD_EXPIRED EXPIRED',
    ],
    [
      'matches now and was changed since',
      verdict({ lastModifiedAt: AT + 1 }),
      'UNKNOWN CONFIGURATION_CHANGED DERIVED',
    ],
    [
      'matches now and was changed just before',
      verdict({ lastModifiedAt: AT - 10 }),
      'UNKNOWN CONFIGURATION_CHANGED DERIVED',
    ],
    ['matched then as now', verdict({}), 'UNKNOWN RECORD_EXPIRED EXPIRED'],
  ])('gives the outcome, the reason and the basis for a webhook that %s', (_which, said, expected) => {
    expect(said).toBe(expected);
  });
});

describe('what a pending delivery waits for', () => {
  const FACTS: PendingFacts = {
    behindId: null,
    transportState: 'ACTIVE',
    rateLimitRequests: 10,
    isHeld: true,
    leaseUntil: AT + 30_000,
    blockedUntil: 0,
    consecutiveFailures: 0,
    rateUsed: 0,
    rateUsedUntil: 0,
  };
  const waits = (facts: Partial<PendingFacts>, dueAt = AT): string[] =>
    waitsOf({ ...FACTS, ...facts }, dueAt, AT, { circuitFailures: 3 }).map(({ cause, until, deliveryId }) =>
      [cause, until === null ? '' : until - AT, deliveryId ?? ''].join(' ').trim(),
    );

  it.each<[string, string[], string[]]>([
    ['a slot of the process that holds its lane', waits({}), ['SLOT']],
    ['a worker, if nobody holds its lane', waits({ isHeld: false }), ['WORKER']],
    ['a worker, if the lease has expired', waits({ leaseUntil: AT }), ['WORKER']],
    ['its schedule', waits({}, AT + 5), ['SCHEDULE 5']],
    [
      'Retry-After',
      waits({ blockedUntil: AT + 9, consecutiveFailures: 2 }, AT + 5),
      ['RETRY_AFTER 9', 'SCHEDULE 5'],
    ],
    ['the circuit', waits({ blockedUntil: AT + 9, consecutiveFailures: 3 }), ['CIRCUIT 9']],
    ['the rate limit', waits({ rateUsed: 10, rateUsedUntil: AT + 7 }), ['RATE_LIMIT 7']],
    [
      'no rate limit that was removed',
      waits({ rateLimitRequests: null, rateUsed: 9, rateUsedUntil: AT + 7 }),
      ['SLOT'],
    ],
    ['an earlier delivery of its key', waits({ behindId: 4 }, PARKED_DUE_AT), ['EARLIER_DELIVERY  4']],
    [
      'the end of a pause, and then its schedule',
      waits({ transportState: 'PAUSED' }, AT + 5),
      ['TRANSPORT_PAUSED', 'SCHEDULE 5'],
    ],
    ['the transport to be enabled', waits({ transportState: 'DISABLED' }), ['TRANSPORT_DISABLED']],
  ])('is %s', (_what, said, expected) => {
    expect(said).toEqual(expected);
  });
});
