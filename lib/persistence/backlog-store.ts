/** A count that stops at a bound, so that it costs the same however much there is. */
export interface BoundedCount {
  /** Number of rows that were counted. */
  readonly value: number;
  /** Whether there are, or may be, more: `value` is the least that there is. */
  readonly isAtLeast: boolean;
}

/** What waits in the outbox and the queue. Ages are in ms on the database's clock; null: there is none. */
export interface Backlog {
  /** Events on the outbox. */
  readonly events: BoundedCount;
  /** Age of the oldest event on the outbox. */
  readonly oldestEventMs: number | null;
  /**
   * Due deliveries, those in flight included. A delivery is due if its date has come and nothing holds back its lane: a
   * transport that is paused, disabled, rate-limited, or blocked by its circuit or by `Retry-After` is not counted.
   */
  readonly due: BoundedCount;
  /** Time since the oldest of them became due. It may wait for earlier ones of its own transport. */
  readonly oldestDueMs: number | null;
  /** How long the lane that waits longest has been due, with a due delivery, while no process holds it. */
  readonly unclaimedMs: number | null;
}

/** Events that are counted at most. */
export const MOST_EVENTS = 1_000;
/** Due deliveries that are counted at most. */
export const MOST_DELIVERIES = 10_000;
/** Lanes that are looked at: those that are due first. */
export const MOST_LANES = 200;
/** Tenants whose oldest event is looked at. */
export const MOST_TENANTS = 100;

/** Measures the backlog for health. */
export interface BacklogStore {
  /**
   * Reads at most `MOST_EVENTS` events, `MOST_DELIVERIES` deliveries, `MOST_LANES` lanes and the oldest events of `MOST_TENANTS`
   * tenants, however long the backlog is. On SQLite it reads in slices of about a millisecond, between which the event loop goes on.
   */
  measure(): Promise<Backlog>;
}

/**
 * @param most the bound
 * @param isComplete whether all rows were looked at, up to the bound
 */
export const boundedCount = (value: number, most: number, isComplete = true): BoundedCount => ({
  value,
  isAtLeast: !isComplete || value >= most,
});
