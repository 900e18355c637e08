/** The state of a process's worker. */
export interface WorkerStatus {
  /** Whether this process fans out and delivers at all. */
  readonly isEnabled: boolean;
  /** Requests in flight. */
  readonly inFlight: number;
  /** Lanes held by this process. */
  readonly lanes: number;
  /** Ids of keys that due deliveries need and this process does not have. */
  readonly missingKeyIds: readonly string[];
  /** Tenants with deliveries recorded as `MISSED` (`QUOTA_EXCEEDED`) within the last minute. */
  readonly tenantsOverQuota: number;
}

/** Injection token of the `WorkerStatus`. */
export const WORKER_STATUS = 'nestjs-tillhook:WorkerStatus';
