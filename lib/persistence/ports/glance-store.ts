/** Whether there is work. A process that does not poll reads this about once a second. */
export interface Glance {
  /** Whether events wait for fan-out. */
  readonly hasEvents: boolean;
  /**
   * When the first lanes, or the leases of their holders, become due, on the database's clock. At most `MOST_DUE` dates,
   * within the next `LOOK_AHEAD_MS`.
   */
  readonly dueDates: readonly number[];
  /** When the first recovery, or the lease of its holder, becomes due; null: there is nothing to recover. */
  readonly recoveryDueAt: number | null;
  /** The environment that the database belongs to; undefined: none. */
  readonly environment: string | undefined;
  /** The stop of all deliveries as stored; undefined: they are not stopped. */
  readonly stop: string | undefined;
  /** When the statement was sent, performance.now(). */
  readonly sentAt: number;
}

/** Maximum number of due dates in a glance. */
export const MOST_DUE = 16;
/** How far ahead a glance looks, in ms: beyond the next glance. */
export const LOOK_AHEAD_MS = 1_500;

/** One small statement that reads everything an idle process needs. It measures the database's clock as well. */
export interface GlanceStore {
  /** @param channel channel that gets an empty notification in the same statement; undefined: none */
  glance(channel: string | undefined): Promise<Glance>;
}
