/** The queries that are needed to erase a tenant, in addition to the statements of `RetentionStore`. */
export interface PurgeStore {
  /** Events of a tenant, with the approximate sizes of their bodies, in no particular order. */
  eventsOf(tenantUid: string, limit: number): Promise<{ readonly id: number; readonly bytes: number }[]>;

  /**
   * Transactions that may have inserted events and have not ended. An event that one of them inserted is visible only after
   * its commit. Empty on SQLite, where such a transaction keeps every other one from writing.
   */
  openInserts(): Promise<readonly string[]>;
}
