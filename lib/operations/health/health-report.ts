import type { HoldReason } from '../../delivery/delivery-switch.js';
import type { BoundedCount } from '../../persistence/ports/backlog-store.js';

/** Stable code of a reason. docs/errors.md explains each of them. */
export type HealthReasonCode =
  | 'DATABASE_UNREACHABLE'
  | 'TABLES_MISSING'
  | 'WORKER_FAILING'
  | 'QUEUE_UNREADABLE'
  | 'DELIVERIES_OVERDUE'
  | 'EVENTS_OVERDUE'
  | 'ENVIRONMENT_MISMATCH'
  | 'DELIVERY_SWITCHED_OFF'
  | 'DELIVERIES_STOPPED'
  | 'ENCRYPTION_KEY_MISSING'
  | 'RETENTION_OVERDUE'
  | 'WAKE_UPS_UNPROVEN'
  | 'CLOCK_SKEW';

/**
 * `down`: because of a failure, events or deliveries are not processed at the moment. `degraded`: an operator should look at
 * the reasons. `ok`: no problem is known.
 */
export type HealthStatus = 'ok' | 'degraded' | 'down';

/** A problem that an operator should look at. */
export interface HealthReason {
  /** Does not change between releases, so you can branch on it. */
  readonly code: HealthReasonCode;
  /** For people: what happened, since when, and what to do. */
  readonly message: string;
}

/** The latest rounds of one stage of the worker in this process. */
export interface HealthRounds {
  /**
   * Time of the last successful round, ISO 8601 on the database's clock; null: no round has succeeded yet. A stage without
   * work may run no rounds, so an old time alone is no problem.
   */
  readonly lastSuccessAt: string | null;
  /** Number of failed rounds since the last successful one. */
  readonly consecutiveFailures: number;
  /** Time since the first of these failures, in ms; 0: there is none. */
  readonly failingForMs: number;
  /**
   * Error of the last failed round, without values and credentials: at most 200 characters of its message, and its code.
   * Null: no round has failed yet.
   */
  readonly lastError: string | null;
}

/** Work that waits in the database, over all processes. Ages are in ms on the database's clock; null: nothing waits. */
export interface HealthQueue {
  /** Events that have not been fanned out yet: at most 1,000 are counted. */
  readonly events: BoundedCount;
  /**
   * Age of the oldest event that has not been fanned out yet. If more than 50 tenants have such events, only the events of 50
   * tenants are compared.
   */
  readonly oldestEventMs: number | null;
  /**
   * Deliveries that are due, including those in flight: at most 10,000 are counted, of the 100 transports that are due
   * first. A delivery is due if its due date has passed and its transport is neither paused nor disabled. A delivery that
   * waits for a rate limit, or whose transport is blocked (by its circuit, or after a 429, 502, 503 or 504), is due only
   * while a process works on the transport.
   */
  readonly due: BoundedCount;
  /** Time since the oldest due delivery became due. It may wait for earlier deliveries of its own transport. */
  readonly oldestDueMs: number | null;
  /** How long the longest-waiting transport has had a due delivery while no process works on it. */
  readonly unclaimedMs: number | null;
}

/** Health of the module in this process. Plain JSON without secrets, suitable for a health route. */
export interface WebhooksHealthReport {
  /**
   * `down`: the database is unreachable, tables of the module are missing, or a stage of the worker has failed as a whole
   * for 30 s. `degraded`: there are other `reasons`. `ok`: there are none.
   */
  readonly status: HealthStatus;
  readonly reasons: readonly HealthReason[];
  readonly database: {
    readonly reachable: boolean;
    /** Difference between the database's clock and this process's, in ms, as last measured; positive: the database is ahead. */
    readonly clockOffsetMs: number;
  };
  /** Null: the queue cannot be read (`DATABASE_UNREACHABLE`, `TABLES_MISSING`, `QUEUE_UNREADABLE`). */
  readonly queue: HealthQueue | null;
  readonly worker: {
    /** Whether this process fans out and delivers. */
    readonly enabled: boolean;
    /** Why nothing is sent at the moment; empty: deliveries are sent. */
    readonly heldBy: readonly HoldReason[];
    /** Number of requests in flight. */
    readonly inFlight: number;
    /** Number of lanes (queues of one transport each) that this process holds. */
    readonly lanes: number;
    /** Number of tenants with deliveries that this process recorded as `MISSED` (`QUOTA_EXCEEDED`) within the last minute. */
    readonly tenantsOverQuota: number;
    /**
     * Whether wake-ups (notifications between processes) arrive here. `proven`: they do, so this process rarely polls.
     * `unproven`: they do not, so it polls. `none`: there are none (SQLite), they have not been tested yet, or this process
     * has no worker.
     */
    readonly wakeUps: 'proven' | 'unproven' | 'none';
    /** The stages of the worker, in the order in which a delivery passes them. */
    readonly rounds: {
      /** Fan-out: events become deliveries. */
      readonly fanOut: HealthRounds;
      /** Lanes with due deliveries are claimed. */
      readonly claim: HealthRounds;
      /** Due deliveries are read. */
      readonly read: HealthRounds;
      /** Outcomes of attempts are written. */
      readonly record: HealthRounds;
    };
  };
  readonly retention: {
    /** Whether this process deletes old deliveries and events: it has a worker, and the option `retention` is not `false`. */
    readonly enabled: boolean;
    /** When any process last completed a pass, ISO 8601 on the database's clock, as last read; null: not yet, or not enabled. */
    readonly lastPassAt: string | null;
    /** Last error of the job in this process, without values and credentials; null: its last pass had none. */
    readonly lastError: string | null;
  };
  readonly environment: {
    /** Environment of this process; null: the option is not set. */
    readonly own: string | null;
    /** Environment that the database belongs to, as last read; null: none. */
    readonly database: string | null;
  };
}
