import type { HoldReason } from '../delivery/delivery-switch.js';
import type { BoundedCount } from '../persistence/backlog-store.js';

/** Stable code of a reason. Each is explained in docs/troubleshooting.md. */
export type HealthReasonCode =
  | 'DATABASE_UNREACHABLE'
  | 'TABLES_MISSING'
  | 'WORKER_FAILING'
  | 'QUEUE_UNREADABLE'
  | 'DELIVERIES_OVERDUE'
  | 'EVENTS_OVERDUE'
  | 'ENVIRONMENT_MISMATCH'
  | 'DELIVERY_SWITCHED_OFF'
  | 'ENCRYPTION_KEY_MISSING'
  | 'WAKE_UPS_UNPROVEN'
  | 'CLOCK_SKEW';

/** `down`: nothing works for now. `degraded`: an operator should look at the reasons. */
export type HealthStatus = 'ok' | 'degraded' | 'down';

/** Something that an operator should look at. */
export interface HealthReason {
  /** Stable. */
  readonly code: HealthReasonCode;
  /** For people: what happened, since when, and what to do. */
  readonly message: string;
}

/** How the rounds of one stage of the worker have gone in this process. */
export interface HealthRounds {
  /** When the last round succeeded, ISO 8601 on the database's clock; null: none has yet. An idle stage has no rounds. */
  readonly lastSuccessAt: string | null;
  /** Rounds that have failed since then, one after another. */
  readonly consecutiveFailures: number;
  /** Time since the first of these failures, in ms; 0: there is none. */
  readonly failingForMs: number;
  /** What the last failed round met, without values and credentials, at most 200 characters; null: no round has failed yet. */
  readonly lastError: string | null;
}

/** What waits in the database, over all processes. Ages are in ms on the database's clock; null: there is none. */
export interface HealthQueue {
  /** Events that are not fanned out yet: at most 1,000 are counted. */
  readonly events: BoundedCount;
  /** Age of the oldest event that is not fanned out. */
  readonly oldestEventMs: number | null;
  /**
   * Deliveries that are due, those in flight included: at most 10,000 are counted, of the 200 transports that are due first. A
   * delivery is due if its date has come and its transport is not paused, disabled, rate-limited or blocked (by its circuit or
   * `Retry-After`).
   */
  readonly due: BoundedCount;
  /** Time since the oldest due delivery became due. It may wait for earlier deliveries of its own transport. */
  readonly oldestDueMs: number | null;
  /** How long the transport that waits longest has had a due delivery while no process works on it. */
  readonly unclaimedMs: number | null;
}

/** Health of the module in this process. Plain JSON without secrets, fit for a health route. */
export interface WebhooksHealthReport {
  /**
   * `down`: the database cannot be reached, tables of the module are missing, or a stage of the worker has been failing for 30 s.
   * `degraded`: there are other `reasons`. `ok`: there are none.
   */
  readonly status: HealthStatus;
  readonly reasons: readonly HealthReason[];
  readonly database: {
    readonly reachable: boolean;
    /** The database's clock less this process's, in ms, as last measured. */
    readonly clockOffsetMs: number;
  };
  /** Null: it cannot be read (`DATABASE_UNREACHABLE`, `TABLES_MISSING`, `QUEUE_UNREADABLE`). */
  readonly queue: HealthQueue | null;
  readonly worker: {
    /** Whether this process fans out and delivers at all. */
    readonly enabled: boolean;
    /** Why nothing is sent at present; empty: deliveries are sent. */
    readonly heldBy: readonly HoldReason[];
    /** Requests in flight. */
    readonly inFlight: number;
    /** Transports that this process works on. */
    readonly lanes: number;
    /** Tenants with deliveries that this process recorded as `MISSED` (`QUOTA_EXCEEDED`) within the last minute. */
    readonly tenantsOverQuota: number;
    /**
     * Whether wake-ups of other processes arrive here, so that this process need not poll. `none`: there are none (SQLite), it has
     * not been tried yet, or this process has no worker.
     */
    readonly wakeUps: 'proven' | 'unproven' | 'none';
    /** The stages of the worker, in the order in which a delivery passes them. */
    readonly rounds: {
      /** Events become deliveries. */
      readonly fanOut: HealthRounds;
      /** Transports with due deliveries are claimed. */
      readonly claim: HealthRounds;
      /** Due deliveries are read. */
      readonly read: HealthRounds;
      /** Outcomes of attempts are written. */
      readonly record: HealthRounds;
    };
  };
  readonly environment: {
    /** Environment of this process; null: the option is not set. */
    readonly own: string | null;
    /** Environment that the database belongs to, as last seen; null: none. */
    readonly database: string | null;
  };
}
