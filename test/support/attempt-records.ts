import type { QueuedDelivery } from '../../lib/persistence/ports/lane-store.js';
import type { AttemptRecord, RecordGroup } from '../../lib/persistence/ports/record-store.js';

const attempt = ({
  transportId,
  dueAt,
  deliveryId,
  attempts,
  orderingKey,
  requested,
}: QueuedDelivery): AttemptRecord => ({
  transportId,
  dueAt,
  deliveryId,
  attempts,
  orderingKey,
  status: 'DELIVERED',
  reason: null,
  nextDueAt: null,
  isCounted: true,
  startedAt: dueAt + 10,
  durationMs: 20,
  responseStatusCode: 204,
  responseHeaders: '{"server":"till"}',
  responseBody: null,
  errorCode: null,
  errorMessage: null,
  trigger: requested ?? 'SCHEDULE',
});

/** A delivery whose receiver responded with 204. */
export const delivered = (delivery: QueuedDelivery, record: Partial<AttemptRecord> = {}): AttemptRecord => ({
  ...attempt(delivery),
  ...record,
});

/** A delivery that is to be tried again at `nextDueAt`. */
export const retried = (
  delivery: QueuedDelivery,
  nextDueAt: number,
  record: Partial<AttemptRecord> = {},
): AttemptRecord => ({
  ...attempt(delivery),
  status: 'PENDING',
  nextDueAt,
  responseStatusCode: 500,
  responseBody: 'no',
  ...record,
});

/** A delivery whose process crashed during its last attempt, which is repeated at `nextDueAt`. */
export const crashed = (
  delivery: QueuedDelivery,
  nextDueAt: number,
  record: Partial<AttemptRecord> = {},
): AttemptRecord => ({
  ...retried(delivery, nextDueAt),
  isCounted: false,
  responseStatusCode: null,
  responseHeaders: null,
  responseBody: null,
  errorCode: 'WORKER_CRASHED',
  errorMessage: 'The process ended.',
  ...record,
});

/** A delivery that has failed for good. */
export const failed = (
  delivery: QueuedDelivery,
  reason: string,
  record: Partial<AttemptRecord> = {},
): AttemptRecord => ({
  ...attempt(delivery),
  status: 'FAILED',
  reason,
  responseStatusCode: null,
  responseHeaders: null,
  errorCode: 'TIMEOUT',
  errorMessage: 'No response in time.',
  ...record,
});

/** A group to record, of which only a part matters. */
export const group = (part: Partial<RecordGroup>): RecordGroup => ({
  attempts: [],
  parked: [],
  postponed: [],
  now: 5_000,
  ...part,
});
