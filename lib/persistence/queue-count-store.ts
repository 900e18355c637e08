/** How many deliveries are pending, as far as anybody needs to know. */
export interface QueueCountStore {
  /**
   * Counts pending deliveries of a tenant, over all its transports, and stops at `most`. What it costs grows with the
   * result and with nothing else. On SQLite it counts in slices of about a millisecond, between which the event loop goes on.
   *
   * @param most at least 1
   * @returns the number of pending deliveries; `most`: that many, or more
   */
  pending(tenantUid: string, most: number): Promise<number>;
}
