/** Result of a work check: whether there is work. A process that listens runs one about once a second. */
export interface WorkCheck {
  /** Whether events wait for fan-out. */
  readonly hasEvents: boolean;
  /**
   * Due dates of the first lanes, in ms since the epoch on the database's clock. The due date of a held lane is the end of its
   * lease. At most `MOST_DUE` dates, up to `LOOK_AHEAD_MS` from now.
   */
  readonly dueDates: readonly number[];
  /** Due date of the first recovery; for a held one, the end of its lease. Null: there is nothing to recover. */
  readonly recoveryDueAt: number | null;
  /** The environment that the database belongs to; undefined: none. */
  readonly environment: string | undefined;
  /** The stop of all deliveries as stored; undefined: they are not stopped. */
  readonly stop: string | undefined;
  /** When the statement was sent: `performance.now()` of this process, in ms. */
  readonly sentAt: number;
}

/** Maximum number of due dates in a work check. */
export const MOST_DUE = 16;
/** How far ahead a work check looks, in ms. It is longer than the time until the next work check. */
export const LOOK_AHEAD_MS = 1_500;

/** Runs a work check: one small statement that reads everything an idle process needs, and measures the database's clock. */
export interface WorkCheckStore {
  /** @param channel channel that gets an empty notification in the same statement; undefined: none */
  check(channel: string | undefined): Promise<WorkCheck>;
}
