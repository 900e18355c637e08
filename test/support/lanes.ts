import type { Clocks } from '../../lib/delivery/lanes/lane-hold.js';
import { Lane } from '../../lib/delivery/lanes/lane.js';
import type { UnsentRows } from '../../lib/delivery/lanes/scan-rows.js';
import type { ConcludedAttempt } from '../../lib/delivery/sending/attempt.js';
import { TransportConfigs, type TransportConfig } from '../../lib/delivery/sending/transport-config.js';
import type { HealthPolicy } from '../../lib/domain/transport-health.js';
import { AllowList } from '../../lib/egress/allow-list.js';
import { checkUrl } from '../../lib/egress/url-policy.js';
import { DEFAULT_TRANSPORT_SETTINGS } from '../../lib/persistence/entities/http-transport.entity.js';
import type { ClaimedLane, QueuedDelivery, StoredTransport } from '../../lib/persistence/ports/lane-store.js';
import { SecretBox } from '../../lib/secrets/secret-box.js';

/** The circuit never opens, and a failing transport is never disabled. */
export const NO_CIRCUIT = { circuitFailures: 0, circuitCoolDownMs: 1, disableAfterMs: Infinity };

const TRANSPORT: StoredTransport = {
  ...DEFAULT_TRANSPORT_SETTINGS,
  tenantUid: 'shop',
  httpTransportUid: 'erp',
  url: 'https://erp.example.com',
  signingSecrets: [],
  state: 'ACTIVE',
  failingSince: null,
  failingWarned: 0,
  version: 1,
};

/** A lane as the database gives it to its new holder. */
export const claimedLane = (claimed: Partial<ClaimedLane> = {}): ClaimedLane => ({
  transportId: 1,
  leaseToken: 1,
  leaseMs: 30_000,
  version: 0,
  requestsVersion: 0,
  blockedUntil: 0,
  crashes: 0,
  consecutiveFailures: 0,
  rate: { used: 0, usedUntil: 0 },
  scanFrom: -1,
  transport: TRANSPORT,
  ...claimed,
});

/** A transport's configuration, ready to send with. */
export const laneConfig = (config: Partial<TransportConfig> = {}): TransportConfig => ({
  version: 1,
  state: 'ACTIVE',
  failingSince: null,
  failingWarned: 0,
  timeoutMs: 10_000,
  maxConcurrency: 8,
  rateLimit: undefined,
  retryScheduleMs: [1_000],
  target: { ok: false, code: 'UNUSED', message: 'Nothing is sent in this test.' },
  missingKeyId: undefined,
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
  notedToken: null,
  requested: null,
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
  isAboutReceiver: true,
  record: {
    transportId: delivery.transportId,
    dueAt: delivery.dueAt,
    deliveryId: delivery.deliveryId,
    attempts: delivery.attempts,
    orderingKey: delivery.orderingKey,
    status: nextDueAt === null ? 'DELIVERED' : 'PENDING',
    reason: null,
    nextDueAt,
    isCounted: true,
    startedAt: 1_000,
    durationMs: 5,
    responseStatusCode: nextDueAt === null ? 204 : 500,
    responseHeaders: null,
    responseBody: null,
    errorCode: null,
    errorMessage: null,
    trigger: delivery.requested ?? 'SCHEDULE',
  },
  ...attempt,
});

/** The database's clock in tests of one lane, in ms. The elapsed clock begins at 0, when the lane is claimed. */
export const NOW = 10_000;
/** The time of such a test: the elapsed clock as given, and the database's clock. */
export const at = (elapsed: number, now = NOW): Clocks => ({ elapsed, now });

export const laneOf = (
  config: Partial<TransportConfig> = {},
  claimed: Partial<ClaimedLane> = {},
  policy: HealthPolicy = NO_CIRCUIT,
): Lane => new Lane(claimedLane(claimed), laneConfig(config), 0, policy);

const ANY_URL = { allowHttp: false, allow: new AllowList([]) };

/** Decrypts configurations without keys. */
export const transportConfigs = (): TransportConfigs =>
  new TransportConfigs(new SecretBox([]), (url) => checkUrl(url, ANY_URL), {
    timeoutMs: 10_000,
    transportConcurrency: 8,
    retryScheduleMs: [1_000],
  });

/** A lane of this tenant that sends to this origin. */
export function laneTo(tenantUid: string, transportId: number, origin = 'https://erp.example.com'): Lane {
  const target: TransportConfig['target'] = {
    ok: true,
    url: checkUrl(origin, ANY_URL),
    headers: [],
    keys: [],
    lookupGroup: tenantUid,
    secrets: [],
  };
  const claimed = claimedLane({ transportId, transport: { ...TRANSPORT, tenantUid } });
  return new Lane(claimed, laneConfig({ target }), 0, NO_CIRCUIT);
}

/** Due deliveries with the ids from 1. */
export const rows = (count: number): QueuedDelivery[] =>
  Array.from({ length: count }, (_, index) => queued(index + 1));

/** Gives the lane the result of a read up to `NOW`. @returns the rows that are not to be sent */
export const accept = (
  lane: Lane,
  rows: readonly QueuedDelivery[],
  limit: number,
  { version = 0, nextDueAt = null }: { version?: number; nextDueAt?: number | null } = {},
  isUnrecorded: (deliveryId: number) => boolean = () => false,
): UnsentRows =>
  lane.acceptRows(
    { transportId: 1, version, requestsVersion: 0, nextDueAt, rows },
    limit,
    NOW,
    ({ deliveryId }) => isUnrecorded(deliveryId),
  );

/** Lets the lane read these rows to the end of the queue. @returns those that are not to be sent */
export function read(
  lane: Lane,
  rows: readonly QueuedDelivery[],
  { version = 0, nextDueAt = null }: { version?: number; nextDueAt?: number | null } = {},
): UnsentRows {
  const request = lane.nextRead(at(0));
  if (!request) throw new Error('The lane wants nothing to be read.');
  return accept(lane, rows, request.limit, { version, nextDueAt });
}

/** Sends one delivery and has its outcome recorded: delivered, or to be tried again at `nextDueAt`. */
export function deliver(lane: Lane, nextDueAt: number | null = null): void {
  const delivery = lane.next(NOW);
  lane.settled();
  lane.learn(concluded(delivery, nextDueAt), NOW, 0);
  lane.recorded(delivery, nextDueAt);
}

/** The lane's receiver asks for a pause, as with `Retry-After`. @param until on the database's clock, in ms */
export function block(lane: Lane, until: number): void {
  lane.learn(concluded(queued(0), null, { blockedUntil: until }), NOW, 0);
}
