/** Counts pending deliveries up to a bound. */
export interface QueueCountStore {
  /**
   * Counts pending deliveries of a tenant, over all its transports, and stops at `most`. Its cost grows with the result and
   * the number of transports, not with the queue. On SQLite it counts in slices of about a millisecond and yields to the event
   * loop between them.
   *
   * @param most at least 1
   * @returns the number of pending deliveries; `most`: that many, or more
   */
  pending(tenantUid: string, most: number): Promise<number>;
}
