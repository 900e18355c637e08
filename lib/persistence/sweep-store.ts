/** What one step of the sweep has looked at. */
export interface Swept {
  /** Transports whose lane was stranded and is scheduled again. */
  readonly repaired: readonly number[];
  /** Where to continue: strictly after this transport; undefined: that was the last one. */
  readonly next: number | undefined;
}

export interface SweepRequest {
  /** Strictly after this transport. */
  readonly after: number;
  /** How many lanes are looked at, whatever is found. */
  readonly limit: number;
  /** The database's clock, ms since the epoch. */
  readonly now: number;
  /** Deliveries that have become due since may still be on their way to their lane's holder. */
  readonly dueBefore: number;
}

/** Finds and schedules lanes that no correct program leaves behind, a bounded number in each call. */
export interface SweepStore {
  /**
   * Schedules stranded lanes, to be scanned from the head: lanes that nobody holds and nobody will claim although they
   * have something due, and lanes whose lease ends later than the longest possible one (`LONGEST_LEASE_MS`), since the
   * clock was set back under a holder that crashed. Lanes in order are read and not written.
   */
  scheduleStrandedLanes(request: SweepRequest): Promise<Swept>;
}
