import type { AttemptTrigger, DeliveryStatus } from '../../domain/delivery-status.js';
import type { NotificationEvent } from '../../domain/notification-event.js';

/** The recorded facts of one request. Here and below, instants are ms since the epoch. */
export interface RecordedAttempt {
  readonly startedAt: number;
  readonly durationMs: number;
  readonly responseStatusCode: number | null;
  /** JSON of `Record<string, string>`. */
  readonly responseHeaders: string | null;
  readonly responseBody: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly trigger: AttemptTrigger;
}

/** A finished attempt and its consequences. */
export interface AttemptRecord extends RecordedAttempt {
  // The fence: the queue row of the delivery, and the number of attempts before this one. If they have changed, the attempt
  // is orphaned.
  readonly transportId: number;
  readonly dueAt: number;
  readonly deliveryId: number;
  readonly attempts: number;
  readonly orderingKey: string | null;
  // The consequences.
  readonly status: DeliveryStatus;
  readonly reason: string | null;
  /** When the next attempt is due; null: the delivery has ended. */
  readonly nextDueAt: number | null;
  /**
   * False: the attempt is repeated under the same number, because it was the last one and its process crashed. It is logged
   * as orphaned, because it decided nothing.
   */
  readonly isCounted: boolean;
  /**
   * Stored with the end of the delivery if that is `FAILED`, if the delivered event is not a notification itself, and if the
   * tenant has a webhook for it. Default: none.
   */
  readonly event?: NotificationEvent | undefined;
}

/** A change of a transport's run-time state that its holder derived from attempts. */
export interface TransportRecord {
  readonly transportId: number;
  /** Fencing token of the lane's holder that derived the change. If a later holder has claimed the lane, the change is ignored. */
  readonly leaseToken: number;
  /** No request before this instant; null: unchanged. */
  readonly blockedUntil: number | null;
  /** Written along with `blockedUntil`. */
  readonly consecutiveFailures: number;
  /** The new value of `failing_since`; undefined: unchanged. */
  readonly failingSince?: number | null;
  /** The new value of `failing_warned`. Undefined: 0 if `failingSince` is given, otherwise unchanged. */
  readonly failingWarned?: number;
  /** Set when the transport is to be disabled. */
  readonly disabledReason?: string;
  /**
   * Stored with the change if the tenant has a webhook for them. `WEBHOOK_TRANSPORT_DISABLED` is stored only if the change
   * disables the transport. Default: none.
   */
  readonly events?: readonly NotificationEvent[];
}

/** The key of a queue row. */
export interface QueueKey {
  readonly transportId: number;
  readonly dueAt: number;
  readonly deliveryId: number;
}

/**
 * A delivery that could not be attempted, for example because its body cannot be read. It is due again later, and no attempt is
 * counted.
 */
export interface PostponedDelivery extends QueueKey {
  /** Attempts recorded so far: the fence, as for attempts. */
  readonly attempts: number;
  readonly nextDueAt: number;
}

export interface RecordGroup {
  /** At most one for each delivery. */
  readonly attempts: readonly AttemptRecord[];
  /** Rows that wait behind an earlier one of their ordering key. */
  readonly parked: readonly QueueKey[];
  readonly postponed: readonly PostponedDelivery[];
  /** Milliseconds since the epoch on the database's clock. */
  readonly now: number;
}

/** The result of a group. */
export interface RecordResult {
  /** Deliveries whose attempt is orphaned, or whose postponement failed: their queue row has changed since. */
  readonly orphaned: ReadonlySet<number>;
  /**
   * Deliveries of which nothing was written, because another transaction has locked their queue row, or the row of the next
   * delivery of their ordering key: try again later.
   */
  readonly locked: ReadonlySet<number>;
  /**
   * Deliveries of which nothing was written, because the attempt would end them without success and a redelivery was
   * requested meanwhile: record the attempt as a retry that is due now.
   */
  readonly requested: ReadonlySet<number>;
}

/** `due_at` of a row that waits behind an earlier one of its key: past every real instant (year 275760). */
export const PARKED_DUE_AT = 8_640_000_000_000_000;

/** How attempts and their consequences are recorded. */
export interface RecordStore {
  /**
   * Writes a group in one transaction; on PostgreSQL, orphaned attempts may be logged in a second one. If the queue row of an
   * attempt has changed since, the attempt is logged as orphaned and changes nothing else. When a delivery with an ordering
   * key ends, the next one of its key becomes due. A queue row that another transaction keeps locked is left out, so
   * that it delays the others only briefly.
   *
   * An attempt with the trigger `SCHEDULE` keeps a request for a redelivery that came while it was in flight. Every other
   * trigger clears the request, because the attempt is the one that was requested.
   */
  record(group: RecordGroup): Promise<RecordResult>;

  /**
   * Changes the run-time state of transports, each only while its lane has the given fencing token.
   *
   * @returns the transports of which nothing was written, because another transaction has locked a row: try again later
   */
  changeTransports(changes: readonly TransportRecord[], now: number): Promise<ReadonlySet<number>>;

  /**
   * Unparks deliveries that have no predecessor in the queue: they become due now. A delivery gets into this state if its
   * predecessor ends at the moment at which another process parks it. If all deliveries of a lane are parked, some of them are
   * in this state. The lanes are notified: a holder that has read these deliveries as parked must not release its lane as if
   * nothing were due.
   *
   * @returns the transports with deliveries that were unparked
   */
  unpark(transportIds: readonly number[], now: number): Promise<ReadonlySet<number>>;
}
