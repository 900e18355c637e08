import { setTimeout as after } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { DeliverySwitch, type HoldReason } from '../delivery/delivery-switch.js';
import { WORKER_STATUS, type WorkerStatus } from '../delivery/worker-status.js';
import { TABLES_MISSING_REMEDY } from '../errors/tables-missing.error.js';
import { DATABASE, type Database } from '../persistence/database.js';
import { WAKE_UPS, type WakeUps } from '../wake-up/wake-ups.js';
import { ClockWatch } from './clock-watch.js';
import { EnvironmentGuard } from './environment-guard.js';

/** How long the database may take to answer before it counts as unreachable. */
const PATIENCE_MS = 3_000;

export type HealthReasonCode =
  | 'DATABASE_UNREACHABLE'
  | 'TABLES_MISSING'
  | 'ENVIRONMENT_MISMATCH'
  | 'DELIVERY_SWITCHED_OFF'
  | 'ENCRYPTION_KEY_MISSING'
  | 'WAKE_UPS_UNPROVEN'
  | 'CLOCK_SKEW';

export interface HealthReason {
  /** Stable. */
  readonly code: HealthReasonCode;
  /** For people. */
  readonly message: string;
}

/** How the module fares in this process. Plain JSON without secrets: fit to be shown by a health route. */
export interface WebhooksHealthReport {
  /** `down`: the database cannot be reached, or lacks tables of the module. `degraded`: something in `reasons` wants an operator. */
  readonly status: 'ok' | 'degraded' | 'down';
  readonly reasons: readonly HealthReason[];
  readonly database: {
    readonly reachable: boolean;
    /** The database's clock less this process's, in ms, as last measured. */
    readonly clockOffsetMs: number;
  };
  readonly worker: {
    /** Whether this process fans out and delivers at all. */
    readonly enabled: boolean;
    /** Why nothing is sent at present; empty: things are sent. */
    readonly heldBy: readonly HoldReason[];
    /** Requests that have been sent and not answered. */
    readonly inFlight: number;
    /** Transports whose queues this process works on. */
    readonly lanes: number;
    /** Tenants of which this process has logged something as `MISSED` (`QUOTA_EXCEEDED`) within the last minute. */
    readonly tenantsOverQuota: number;
    /**
     * Whether wake-ups of other processes arrive here, so that this process need not poll. `none`: there are none (SQLite), it has
     * not been tried yet, or this process has no worker.
     */
    readonly wakeUps: 'proven' | 'unproven' | 'none';
  };
  readonly environment: {
    /** Of this process; null: the option is not set. */
    readonly own: string | null;
    /** That the database belongs to, as last seen; null: none. */
    readonly database: string | null;
  };
}

/** Tells how the module fares, for a health route of the host. */
@Injectable()
export class WebhooksHealth {
  #checking: Promise<WebhooksHealthReport> | undefined;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(WORKER_STATUS) private readonly worker: WorkerStatus,
    private readonly deliveries: DeliverySwitch,
    private readonly environment: EnvironmentGuard,
    private readonly clock: ClockWatch,
    @Inject(WAKE_UPS) private readonly wakeUps: WakeUps,
  ) {}

  /** Costs one small query, which checks at the same time share. It answers within about three seconds and never throws. */
  check(): Promise<WebhooksHealthReport> {
    this.#checking ??= this.#check().finally(() => (this.#checking = undefined));
    return this.#checking;
  }

  async #check(): Promise<WebhooksHealthReport> {
    const reachable = await this.#reachesDatabase();
    const { own, remembered } = this.environment;
    const { isEnabled, inFlight, lanes, tenantsOverQuota } = this.worker;
    const reasons = this.#reasons(reachable);
    return {
      status:
        !reachable || this.#missing(reachable).length > 0 ? 'down' : reasons.length > 0 ? 'degraded' : 'ok',
      reasons,
      database: { reachable, clockOffsetMs: Math.round(this.database.clockOffsetMs) },
      worker: {
        enabled: isEnabled,
        heldBy: this.deliveries.holds,
        inFlight,
        lanes,
        tenantsOverQuota,
        wakeUps: this.wakeUps.state,
      },
      environment: { own: own ?? null, database: remembered ?? null },
    };
  }

  async #reachesDatabase(): Promise<boolean> {
    const waiting = new AbortController();
    const isAnswered = this.database.measureClock().then(
      () => true,
      () => false,
    );
    const isTooLate = after(PATIENCE_MS, false, { signal: waiting.signal }).catch(() => false);
    try {
      return await Promise.race([isAnswered, isTooLate]);
    } finally {
      waiting.abort();
    }
  }

  /** What a database that does not answer said last is no news. */
  #missing(reachable: boolean): readonly string[] {
    return reachable ? this.database.missingTables : [];
  }

  #reasons(reachable: boolean): HealthReason[] {
    const reasons: HealthReason[] = [];
    if (!reachable) {
      reasons.push({ code: 'DATABASE_UNREACHABLE', message: 'The database does not answer.' });
    }
    const missing = this.#missing(reachable);
    if (missing.length > 0) {
      reasons.push({
        code: 'TABLES_MISSING',
        message: `Webhook tables missing: ${missing.join(', ')}. ${TABLES_MISSING_REMEDY}`,
      });
    }
    const { holds } = this.deliveries;
    if (holds.includes('ENVIRONMENT')) {
      reasons.push({ code: 'ENVIRONMENT_MISMATCH', message: this.environment.explanation });
    }
    if (holds.includes('SWITCHED_OFF')) {
      reasons.push({
        code: 'DELIVERY_SWITCHED_OFF',
        message: 'Deliveries are switched off in this process; everything is kept.',
      });
    }
    const { missingKeyIds } = this.worker;
    if (missingKeyIds.length > 0) {
      reasons.push({
        code: 'ENCRYPTION_KEY_MISSING',
        message:
          `Deliveries are due whose transports are encrypted with keys that this process does not have: ` +
          `${missingKeyIds.map((id) => `"${id}"`).join(', ')}. It leaves them to other processes. Add the keys to encryption.keys.`,
      });
    }
    if (reachable && this.wakeUps.state === 'unproven') {
      reasons.push({
        code: 'WAKE_UPS_UNPROVEN',
        message:
          'Wake-ups of other processes do not arrive here. Nothing is lost: their work is found by polling.',
      });
    }
    const skew = this.clock.look();
    if (skew !== undefined) reasons.push({ code: 'CLOCK_SKEW', message: skew });
    return reasons;
  }
}
