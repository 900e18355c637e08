import type { AttemptTrigger, DeliveryStatus } from '../domain/delivery-status.js';

/** A finished attempt and what follows from it. */
export interface AttemptRecord {
  // the queue row it came from, and the attempt number it follows: the fence
  readonly transportId: number;
  readonly dueAt: number;
  readonly deliveryId: number;
  readonly attempts: number;
  readonly orderingKey: string | null;
  // what follows
  readonly status: DeliveryStatus;
  readonly reason: string | null;
  /** When the next attempt is due; null: the delivery has ended. */
  readonly nextDueAt: number | null;
  // the attempt
  readonly startedAt: number;
  readonly durationMs: number;
  readonly responseStatusCode: number | null;
  /** JSON. */
  readonly responseHeaders: string | null;
  readonly responseBody: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly trigger: AttemptTrigger;
}

/** A change of a transport's run-time state that the attempts of a group brought about. */
export interface TransportRecord {
  readonly transportId: number;
  /** No request before this instant; null: unchanged. */
  readonly blockedUntil: number | null;
  /** Written along with `blockedUntil`. */
  readonly consecutiveFailures: number;
  /** `failing_since` as it should be now; undefined: unchanged. */
  readonly failingSince?: number | null;
  /** Set when the transport is to be disabled. */
  readonly disabledReason?: string;
}

/** A queue row that waits behind an earlier one of its ordering key. */
export interface ParkedDelivery {
  readonly transportId: number;
  readonly dueAt: number;
  readonly deliveryId: number;
}

export interface RecordGroup {
  readonly attempts: readonly AttemptRecord[];
  readonly transports: readonly TransportRecord[];
  readonly parked: readonly ParkedDelivery[];
  /** Milliseconds since the epoch on the database's clock. */
  readonly now: number;
}

/** `due_at` of a row that waits behind an earlier one of its key: past every real instant (year 275760). */
export const PARKED_DUE_AT = 8_640_000_000_000_000;

/** How what happened is written down. */
export interface RecordStore {
  /**
   * Writes a group in one transaction. An attempt whose queue row has moved on is logged as orphaned and changes
   * nothing else. When a delivery with an ordering key ends, the next one of its key becomes due.
   *
   * @returns the deliveries whose attempt is orphaned: what the queue holds of them now is somebody else's doing
   */
  record(group: RecordGroup): Promise<ReadonlySet<number>>;

  /**
   * Makes due what is parked behind nothing: deliveries whose predecessor ended at the very moment at which another
   * process parked them. A lane in which everything is parked holds such ones.
   *
   * @returns the transports with deliveries that were freed
   */
  unpark(transportIds: readonly number[], now: number): Promise<ReadonlySet<number>>;
}
