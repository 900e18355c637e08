/** The rows that a purge has erased. */
export interface TenantPurgeReport {
  readonly tenantUid: string;
  /** Deleted rows by table. A table without deleted rows is missing. A repeated purge counts only its own rows. */
  readonly rows: Readonly<Record<string, number>>;
  /** Sum of `rows`. */
  readonly total: number;
  /**
   * Whether nothing of the tenant is left. If false, call `purge` again. Possible causes: the purge
   * waited a minute in total for other transactions, which had locked rows or not committed an emit; transports were created
   * again and again; or the purge was aborted.
   */
  readonly isComplete: boolean;
  /** If `isComplete`: every event that was emitted before this time is erased. ISO 8601 on the database's clock. */
  readonly purgedAt: string;
}

/** Progress of a purge. */
export interface TenantPurgeProgress {
  /** Deleted rows so far, of all tables. */
  readonly rows: number;
}

/** Options of a purge: a callback for its progress, and a signal to end it early. */
export interface TenantPurgeOptions {
  /** Called after each batch. */
  readonly onProgress?: (progress: TenantPurgeProgress) => void;
  /** Aborting this signal ends the purge after the current batch, with `isComplete: false`. Call `purge` again to continue. */
  readonly signal?: AbortSignal;
}

/** Counts the rows that a purge deletes, and reports them. */
export class DeletedRows {
  readonly #byTable: Record<string, number> = {};

  constructor(private readonly onProgress?: (progress: TenantPurgeProgress) => void) {}

  /** Deleted rows by table; no table has 0. */
  get byTable(): Readonly<Record<string, number>> {
    return this.#byTable;
  }

  get total(): number {
    return Object.values(this.#byTable).reduce((sum, rows) => sum + rows, 0);
  }

  add(table: string, rows: number): void {
    if (rows === 0) return;
    this.#byTable[table] = (this.#byTable[table] ?? 0) + rows;
    this.onProgress?.({ rows: this.total });
  }
}
