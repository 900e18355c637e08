/** The result of one step of the sweep. */
export interface Swept {
  /** Transports whose lane was stranded and has been scheduled again. */
  readonly repaired: readonly number[];
  /** Where to continue: strictly after this transport; undefined: there are no more lanes. */
  readonly next: number | undefined;
}

export interface SweepRequest {
  /** Strictly after this transport. */
  readonly after: number;
  /** Number of lanes to read, stranded or not. */
  readonly limit: number;
  /** The database's clock, ms since the epoch. */
  readonly now: number;
  /** Only deliveries due before this date make a lane stranded. Later ones may still be on their way to the lane's holder. */
  readonly dueBefore: number;
}

/**
 * Finds and schedules stranded lanes, which only a bug, a manual edit or a clock that was set back can leave behind. Each call
 * reads a bounded number of lanes.
 */
export interface SweepStore {
  /**
   * Schedules stranded lanes, to be scanned from the head. A lane is stranded in two cases: it has due deliveries, but
   * nobody holds it and nobody would claim it; or its lease ends more than `LONGEST_LEASE_MS` from now, because the clock
   * was set back after its holder had crashed. All other lanes are only read.
   */
  scheduleStrandedLanes(request: SweepRequest): Promise<Swept>;
}
