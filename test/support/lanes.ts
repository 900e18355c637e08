import type { ConcludedAttempt } from '../../lib/delivery/attempt.js';
import type { UnsentRows } from '../../lib/delivery/lane-scan.js';
import { Lane } from '../../lib/delivery/lane.js';
import type { TransportConfig } from '../../lib/delivery/transport-config.js';
import type { HealthPolicy } from '../../lib/domain/transport-health.js';
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
  consecutiveFailures: 0,
  ended: 0,
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
  lostAttempts: 0,
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

/** The database's clock in tests of one lane, in ms. Its monotonic clock begins at 0, with the take. */
export const NOW = 10_000;

export const laneOf = (
  config: Partial<TransportConfig> = {},
  taken: Partial<TakenLane> = {},
  policy: HealthPolicy = NO_CIRCUIT,
): Lane => new Lane(takenLane(taken), laneConfig(config), 0, policy);

/** Due deliveries with the numbers from 1. */
export const rows = (count: number): QueuedDelivery[] =>
  Array.from({ length: count }, (_, index) => queued(index + 1));

/** Lets the lane read these rows to the end of the queue. @returns those that are not to be sent */
export function read(
  lane: Lane,
  rows: readonly QueuedDelivery[],
  { version = 0, nextDueAt = null }: { version?: number; nextDueAt?: number | null } = {},
): UnsentRows {
  const request = lane.nextRead(NOW);
  if (!request) throw new Error('The lane wants nothing to be read.');
  return lane.accept({ transportId: 1, version, nextDueAt, rows }, request.limit);
}

/** Sends one delivery and has its outcome recorded: delivered, or to be tried again at `nextDueAt`. */
export function deliver(lane: Lane, nextDueAt: number | null = null): void {
  const delivery = lane.next(NOW);
  lane.answered();
  lane.learn(concluded(delivery, nextDueAt), NOW, 0);
  lane.recorded(delivery, nextDueAt);
}

/** The lane's receiver asks to be left alone. */
export function block(lane: Lane, until: number): void {
  lane.learn(concluded(queued(0), null, { blockedUntil: until }), NOW, 0);
}
