/** What a process's worker says about itself. */
export interface WorkerStatus {
  /** Whether this process fans out and delivers at all. */
  readonly isEnabled: boolean;
  /** Requests that have been sent and not answered. */
  readonly inFlight: number;
  /** Lanes held by this process. */
  readonly lanes: number;
  /** Tenants of which something was missed within the last minute, since too much was pending. */
  readonly tenantsOverQuota: number;
}

/** Injection token of the `WorkerStatus`. */
export const WORKER_STATUS = 'nestjs-tillhook:WorkerStatus';
