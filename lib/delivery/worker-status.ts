import type { RoundStatus } from '../timing/round-history.js';

/** Status of the rounds of each stage of the worker, in the order in which a delivery passes the stages. */
export interface WorkerRounds {
  /** Events become deliveries. */
  readonly fanOut: RoundStatus;
  /** Lanes with due deliveries are claimed. */
  readonly claim: RoundStatus;
  /** Due deliveries are read from the queue. */
  readonly read: RoundStatus;
  /** Outcomes of attempts are written. */
  readonly record: RoundStatus;
}

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
  readonly rounds: WorkerRounds;
}

/** Injection token of the `WorkerStatus`. */
export const WORKER_STATUS = 'nestjs-tillhook:WorkerStatus';
