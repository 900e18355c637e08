import { setTimeout as after } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { DeliverySwitch } from '../../delivery/delivery-switch.js';
import { WORKER_STATUS, type WorkerRounds, type WorkerStatus } from '../../delivery/worker-status.js';
import type { Backlog } from '../../persistence/ports/backlog-store.js';
import { DATABASE, type Database } from '../../persistence/ports/database.js';
import { STORES, type Stores } from '../../persistence/ports/stores.js';
import type { RoundStatus } from '../../timing/round-history.js';
import { WAKE_UPS, type WakeUps } from '../../wake-up/wake-ups.js';
import { ClockWatch } from '../clock-watch.js';
import { EnvironmentGuard } from '../environment-guard.js';
import { GlobalStop } from '../global-stop/global-stop.js';
import { RetentionJob } from '../retention/retention-job.js';
import type { HealthRounds, WebhooksHealthReport } from './health-report.js';
import { judgeHealth } from './judge-health.js';
import { safeErrorText } from '../safe-error-text.js';

export type {
  HealthQueue,
  HealthReason,
  HealthReasonCode,
  HealthRounds,
  HealthStatus,
  WebhooksHealthReport,
} from './health-report.js';

/** Total time after which the database counts as unreachable, or its queue as unreadable, in ms. */
const PATIENCE_MS = 3_000;
/**
 * A measurement of the backlog is reused for this many times its duration, and for at most `COUNTS_AT_MOST_MS`. This limits the
 * share of the database's time that frequent checks take, even where snapshots of other transactions keep many dead rows that
 * the measurement has to read.
 */
const COUNTS_FACTOR = 20;
const COUNTS_AT_MOST_MS = 10_000;

/** The backlog, or why it could not be measured. */
type Measured = { readonly backlog: Backlog } | { readonly backlog?: undefined; readonly error: unknown };

/** Reports the health of the module in this process, for a health route of the host. */
@Injectable()
export class WebhooksHealth {
  #checking: Promise<WebhooksHealthReport> | undefined;
  #measuring: Promise<Measured> | undefined;
  #measured: Measured | undefined;
  /** When the measurement expires, on the clock of performance.now(). */
  #measuredUntil = -Infinity;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(STORES) private readonly stores: Stores,
    @Inject(WORKER_STATUS) private readonly worker: WorkerStatus,
    private readonly deliveries: DeliverySwitch,
    private readonly environment: EnvironmentGuard,
    private readonly stop: GlobalStop,
    private readonly clock: ClockWatch,
    @Inject(WAKE_UPS) private readonly wakeUps: WakeUps,
    private readonly retention: RetentionJob,
  ) {}

  /**
   * Checks the database, the queue and the worker of this process. It costs two small queries, which concurrent checks share and
   * whose cost does not grow with the backlog. It responds within about three seconds and never throws.
   */
  check(): Promise<WebhooksHealthReport> {
    this.#checking ??= this.#check().finally(() => (this.#checking = undefined));
    return this.#checking;
  }

  async #check(): Promise<WebhooksHealthReport> {
    const endAt = performance.now() + PATIENCE_MS;
    const isReachable = await this.#reachesDatabase(endAt);
    // If the database does not respond, the known list may be outdated.
    const missingTables = isReachable ? this.database.missingTables : [];
    const measured = isReachable && missingTables.length === 0 ? await this.#measure(endAt) : undefined;
    const { own, remembered, explanation } = this.environment;
    const { isEnabled, inFlight, lanes, tenantsOverQuota, rounds, missingKeyIds } = this.worker;
    const heldBy = this.deliveries.holds;
    const backlog = measured?.backlog;
    const retention = this.retention.status;
    const judgement = judgeHealth({
      isReachable,
      missingTables,
      backlog,
      backlogError: measured && 'error' in measured ? measured.error : undefined,
      rounds: isEnabled ? rounds : undefined,
      heldBy,
      environmentExplanation: explanation,
      stopExplanation: this.stop.explanation,
      missingKeyIds,
      retention: isEnabled && retention.startedAt !== null ? retention : undefined,
      now: this.database.now(),
      areWakeUpsUnproven: this.wakeUps.state === 'unproven',
      clockSkew: this.clock.look(),
    });
    return {
      ...judgement,
      database: { reachable: isReachable, clockOffsetMs: Math.round(this.database.clockOffsetMs) },
      queue: backlog ?? null,
      worker: {
        enabled: isEnabled,
        heldBy,
        inFlight,
        lanes,
        tenantsOverQuota,
        wakeUps: this.wakeUps.state,
        rounds: shownRounds(rounds),
      },
      retention: {
        enabled: isEnabled && retention.isEnabled,
        lastPassAt: instantOf(retention.lastPassAt),
        lastError: retention.lastError === undefined ? null : safeErrorText(retention.lastError),
      },
      environment: { own: own ?? null, database: remembered ?? null },
    };
  }

  #reachesDatabase(endAt: number): Promise<boolean> {
    const hasResponded = this.database.measureClock().then(
      () => true,
      () => false,
    );
    return firstBy(endAt, hasResponded, false);
  }

  async #measure(endAt: number): Promise<Measured> {
    if (this.#measured && performance.now() < this.#measuredUntil) return this.#measured;
    // A measurement that an earlier check has started still holds a connection, so do not start a second one.
    this.#measuring ??= this.#measureNow().finally(() => (this.#measuring = undefined));
    const late = { error: new Error(`No result within ${PATIENCE_MS} ms.`) };
    return firstBy<Measured>(endAt, this.#measuring, late);
  }

  async #measureNow(): Promise<Measured> {
    const startedAt = performance.now();
    try {
      this.#measured = { backlog: await this.stores.backlog.measure() };
      const endedAt = performance.now();
      this.#measuredUntil = endedAt + Math.min(COUNTS_FACTOR * (endedAt - startedAt), COUNTS_AT_MOST_MS);
      return this.#measured;
    } catch (error) {
      return { error };
    }
  }
}

/** Returns the result, or `late` if the deadline comes first. @param endAt deadline on the clock of performance.now() */
async function firstBy<Result>(endAt: number, result: Promise<Result>, late: Result): Promise<Result> {
  const waiting = new AbortController();
  const deadline = after(Math.max(0, endAt - performance.now()), late, { signal: waiting.signal });
  try {
    return await Promise.race([result, deadline.catch(() => late)]);
  } finally {
    waiting.abort();
  }
}

const shownRounds = ({
  fanOut,
  claim,
  read,
  record,
}: WorkerRounds): WebhooksHealthReport['worker']['rounds'] => ({
  fanOut: shown(fanOut),
  claim: shown(claim),
  read: shown(read),
  record: shown(record),
});

const shown = (status: RoundStatus): HealthRounds => ({
  lastSuccessAt: instantOf(status.lastSuccessAt),
  consecutiveFailures: status.consecutiveFailures,
  failingForMs: Math.round(status.failingForMs),
  lastError: status.lastError === undefined ? null : safeErrorText(status.lastError),
});

const instantOf = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
