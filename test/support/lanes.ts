import type { ConcludedAttempt } from '../../lib/delivery/attempt.js';
import type { TransportConfig } from '../../lib/delivery/transport-config.js';
import type { QueuedDelivery, StoredTransport, TakenLane } from '../../lib/persistence/lane-store.js';

/** Without a circuit, and without an end to failing. */
export const NO_CIRCUIT = { circuitFailures: 0, circuitCoolDownMs: 1, disableAfterMs: Infinity };

const TRANSPORT: StoredTransport = {
  tenantUid: 'shop',
  httpTransportUid: 'erp',
  url: 'https://erp.example.com',
  headers: '[]',
  securityType: 'NONE',
  username: null,
  password: null,
  token: null,
  signingSecrets: '[]',
  state: 'ACTIVE',
  failingSince: null,
  timeoutMs: null,
  maxConcurrency: null,
  rateLimitRequests: null,
  rateLimitPerSeconds: null,
  retryScheduleSeconds: null,
  version: 1,
};

/** A lane as the database gives it to its new holder. */
export const takenLane = (taken: Partial<TakenLane> = {}): TakenLane => ({
  transportId: 1,
  leaseToken: 1,
  leaseMs: 30_000,
  version: 0,
  blockedUntil: 0,
  crashes: 0,
  notedDeliveryId: null,
  consecutiveFailures: 0,
  rate: { used: 0, usedUntil: 0 },
  transport: TRANSPORT,
  ...taken,
});

/** A transport's configuration, ready to send with. */
export const laneConfig = (config: Partial<TransportConfig> = {}): TransportConfig => ({
  version: 1,
  state: 'ACTIVE',
  failingSince: null,
  timeoutMs: 10_000,
  maxConcurrency: 8,
  rateLimit: undefined,
  retryScheduleMs: [1_000],
  target: { ok: false, code: 'UNUSED', message: 'Nothing is sent in this test.' },
  ...config,
});

/** A due delivery. */
export const queued = (deliveryId: number, delivery: Partial<QueuedDelivery> = {}): QueuedDelivery => ({
  transportId: 1,
  dueAt: 1_000,
  deliveryId,
  eventId: deliveryId,
  attempts: 0,
  orderingKey: null,
  behind: false,
  ...delivery,
});

/** A delivery's attempt: delivered, or to be tried again at `nextDueAt`. */
export const concluded = (
  delivery: QueuedDelivery,
  nextDueAt: number | null,
  attempt: Partial<ConcludedAttempt> = {},
): ConcludedAttempt => ({
  outcome: nextDueAt === null ? { kind: 'delivered' } : { kind: 'retry', delayMs: 0 },
  blockedUntil: null,
  isReceivers: true,
  record: {
    transportId: delivery.transportId,
    dueAt: delivery.dueAt,
    deliveryId: delivery.deliveryId,
    attempts: delivery.attempts,
    orderingKey: delivery.orderingKey,
    status: nextDueAt === null ? 'DELIVERED' : 'PENDING',
    reason: null,
    nextDueAt,
    startedAt: 1_000,
    durationMs: 5,
    responseStatusCode: nextDueAt === null ? 204 : 500,
    responseHeaders: null,
    responseBody: null,
    errorCode: null,
    errorMessage: null,
    trigger: 'SCHEDULE',
  },
  ...attempt,
});
