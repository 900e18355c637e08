/** Whether there is anything to do, read about once a second by a process that does not poll. */
export interface Glance {
  /** Whether events wait for fan-out. */
  readonly hasEvents: boolean;
  /**
   * When the first lanes are due, or their holders' leases end, on the database's clock: those that are due within the time asked
   * for, `MOST_DUE` at most.
   */
  readonly dueDates: readonly number[];
  /** The environment that the database belongs to; undefined: none. */
  readonly environment: string | undefined;
}

/** Due dates that a glance shows at most. */
export const MOST_DUE = 16;
/** How far ahead it looks, in ms: beyond the next glance. */
export const LOOK_AHEAD_MS = 1_500;

/** One small statement for all that an idle process looks at. It measures the database's clock as well. */
export interface GlanceStore {
  /** @param channel gets an empty notification along with it; undefined: none does */
  glance(channel: string | undefined): Promise<Glance>;
}
