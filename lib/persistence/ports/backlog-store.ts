/** A count that stops at a bound, so that its cost does not grow with the backlog. */
export interface BoundedCount {
  /** Number of rows that were counted. */
  readonly value: number;
  /** Whether there are, or may be, more rows: then `value` is a lower bound. */
  readonly isAtLeast: boolean;
}

/** Events that wait in the outbox, and deliveries that are due. Ages are in ms on the database's clock; null: nothing waits. */
export interface Backlog {
  /** Events in the outbox. */
  readonly events: BoundedCount;
  /** Age of the oldest event in the outbox. */
  readonly oldestEventMs: number | null;
  /**
   * Due deliveries, including those in flight. A delivery is due if its due date has passed and its lane is not
   * suspended. Deliveries of a transport that is paused or disabled are not counted. Deliveries that wait for a rate limit,
   * or for the end of a block (by the circuit, or after a 429, 502, 503 or 504), are counted only while a process holds
   * their lane.
   */
  readonly due: BoundedCount;
  /** Time since the oldest due delivery became due. It may wait for earlier deliveries of its transport. */
  readonly oldestDueMs: number | null;
  /**
   * Time for which the longest-waiting lane has been due. A lane counts if it has a due delivery, and either no holder
   * or one whose lease has expired.
   */
  readonly unclaimedMs: number | null;
}

/** Maximum number of events that are counted. */
export const MOST_EVENTS = 1_000;
/** Maximum number of due deliveries that are counted. */
export const MOST_DELIVERIES = 10_000;
/** Maximum number of lanes that are read, in the order of their due dates. */
export const MOST_LANES = 100;
/** Maximum number of tenants whose oldest event is read. */
export const MOST_TENANTS = 50;

/** Measures the backlog for health and for the operator's overview. */
export interface BacklogStore {
  /**
   * Reads at most `MOST_EVENTS` events, `MOST_DELIVERIES` deliveries, `MOST_LANES` lanes and the oldest events of
   * `MOST_TENANTS` tenants, however long the backlog is. On SQLite it reads in slices of about a millisecond and yields to
   * the event loop between them.
   */
  measure(): Promise<Backlog>;
}

/**
 * @param most the bound
 * @param isComplete whether all rows were read, up to the bound
 */
export const boundedCount = (value: number, most: number, isComplete = true): BoundedCount => ({
  value,
  isAtLeast: !isComplete || value >= most,
});
