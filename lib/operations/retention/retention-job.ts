import { Inject, Injectable } from '@nestjs/common';
import { AUDIT_KEPT_MS } from '../../domain/audit.js';
import { RECOVERY_KEPT_MS } from '../../domain/recovery.js';
import type { RetentionPolicy } from '../../domain/retention.js';
import { DATABASE, type Database } from '../../persistence/ports/database.js';
import { FIRST_TOMBSTONE, type TombstoneCursor } from '../../persistence/ports/retention-store.js';
import { STORES, type Stores } from '../../persistence/ports/stores.js';
import { RecoveryRepository } from '../../persistence/repositories/recovery.repository.js';
import { SettingRepository } from '../../persistence/repositories/setting.repository.js';
import { PollLoop } from '../../timing/poll-loop.js';
import type { ResolvedWebhooksOptions } from '../../webhooks.resolved-options.js';
import { WEBHOOKS_OPTIONS } from '../../webhooks.tokens.js';
import { safeErrorText } from '../safe-error-text.js';
import { WebhooksLogger } from '../webhooks-logger.js';
import { EventWalk } from './event-walk.js';
import { LogWalk } from './log-walk.js';
import { concernsRows, Interrupted, PacedBatches } from './paced-batches.js';
import { LEASE_MS, RetentionLease } from './retention-lease.js';

/** Interval between the starts of two passes, in ms, if the first one takes less time. */
const PASS_EVERY_MS = 60_000;
/** Interval between two passes that begin at the first rows, in ms. */
const WHOLE_EVERY_MS = 6 * 3_600_000;
const RENEW_EVERY_MS = LEASE_MS / 3;
/** Tombstones that are read at once. For each of them, up to a thousand rows of the log may be read. */
const TOMBSTONES = 20;
/** Entries of the audit that are deleted at once. */
const AUDIT_ENTRIES = 500;
/** Recoveries that are looked at and deleted at once. */
const RECOVERIES = 500;

/** The state of the retention job, as one process knows it. */
export interface RetentionStatus {
  /** Whether the job is switched on: the option `retention` is not `false`. */
  readonly isEnabled: boolean;
  /** When the job started in this process, ms since the epoch on the database's clock; null: it has not started. */
  readonly startedAt: number | null;
  /** When the last pass of any process ended, ms since the epoch on the database's clock; null: none has ended yet. */
  readonly lastPassAt: number | null;
  /** The last error of this process's last pass; undefined: there was none. */
  readonly lastError: unknown;
}

/**
 * Deletes deliveries and events that are older than the option `retention` says, tombstones that no delivery refers to any
 * more, old entries of the audit, and old recoveries.
 *
 * Each process with a worker tries once a minute to claim the lease. One process holds it, and makes a pass. A pass
 * deletes in batches that take milliseconds, and rests after each, so that deliveries keep their latency.
 */
@Injectable()
export class RetentionJob {
  readonly #logger = new WebhooksLogger();
  readonly #policy: RetentionPolicy | undefined;
  readonly #lease: RetentionLease;
  readonly #log: LogWalk | undefined;
  readonly #events: EventWalk | undefined;
  readonly #loop: PollLoop;
  #isEnabled = true;
  #isStopped = false;
  #startedAt: number | null = null;
  /** When the last pass that began at the first rows started, on the clock of performance.now(). */
  #wholeAt = -Infinity;
  #renewedAt = -Infinity;
  #lastError: unknown;
  /** The last error of the pass that is running. */
  #error: unknown;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(STORES) private readonly stores: Stores,
    @Inject(WEBHOOKS_OPTIONS) { retention }: ResolvedWebhooksOptions,
    settings: SettingRepository,
    private readonly recoveries: RecoveryRepository,
  ) {
    const now = (): number => database.now();
    this.#policy = retention;
    this.#lease = new RetentionLease(settings, now);
    this.#log = retention && new LogWalk(stores.retention, retention, now);
    this.#events = retention && new EventWalk(stores.retention, retention, now);
    this.#loop = new PollLoop({
      pollMs: PASS_EVERY_MS,
      round: async () => {
        await this.#pass();
        return false;
      },
      onError: (error, failures) => {
        this.#lastError = error;
        if (failures === 1) this.#logger.warn(`Retention failed and is tried again: ${safeErrorText(error)}`);
      },
    });
  }

  get status(): RetentionStatus {
    return {
      isEnabled: this.#policy !== undefined,
      startedAt: this.#startedAt,
      lastPassAt: this.#lease.lastPassAt,
      lastError: this.#lastError,
    };
  }

  start(): void {
    if (this.#policy === undefined) return;
    this.#startedAt = this.database.now();
    this.#loop.start();
  }

  /** If disabled, deletes nothing: the database may belong to another environment. */
  setEnabled(isEnabled: boolean): void {
    this.#isEnabled = isEnabled;
  }

  /** Resolves when the statement that is running has ended. Another process may then continue at once. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#loop.stop();
    await this.#release();
  }

  /**
   * Makes one pass now, unless another process holds the lease, and releases the lease.
   *
   * @returns whether a pass was completed
   * @throws errors of the database that concern no single row
   */
  async pass(): Promise<boolean> {
    try {
      return await this.#pass();
    } finally {
      await this.#release();
    }
  }

  async #pass(): Promise<boolean> {
    if (!this.#isEnabled || this.#isStopped || !(await this.#lease.acquire())) return false;
    this.#renewedAt = performance.now();
    this.#error = undefined;
    const batches = new PacedBatches({
      kind: this.database.kind,
      checkpoint: () => this.#checkpoint(),
      onSkipped: (error) => (this.#error = error),
    });
    try {
      await this.#deleteAll(batches);
      await this.#lease.finishPass();
      this.#lastError = this.#error;
      return true;
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      return false;
    }
  }

  /** If the database is unreachable, the lease ends by itself. */
  async #release(): Promise<void> {
    await this.#lease.release().catch(() => undefined);
  }

  async #deleteAll(batches: PacedBatches): Promise<void> {
    const isWhole = performance.now() - this.#wholeAt >= WHOLE_EVERY_MS;
    const startedAt = performance.now();
    const onError = (error: unknown): void => void (this.#error = error);
    await this.#log?.run(batches, isWhole, onError);
    await this.#skippingErrors(async () => this.#events?.run(batches, this.#lease.positions));
    if (!isWhole) return;
    await this.#skippingErrors(() => this.#deleteTombstones(batches));
    await this.#skippingErrors(() => this.#deleteAudit(batches));
    await this.#skippingErrors(() => this.#deleteRecoveries(batches));
    this.#wholeAt = startedAt;
  }

  async #deleteTombstones(batches: PacedBatches): Promise<void> {
    let after: TombstoneCursor | undefined = FIRST_TOMBSTONE;
    while (after !== undefined) {
      const from: TombstoneCursor = after;
      after = await batches.read(() => this.stores.retention.removeTombstones(from, TOMBSTONES));
    }
  }

  async #deleteAudit(batches: PacedBatches): Promise<void> {
    const before = this.database.now() - AUDIT_KEPT_MS;
    while ((await batches.read(() => this.stores.audit.deleteBefore(before, AUDIT_ENTRIES))) > 0);
  }

  async #deleteRecoveries(batches: PacedBatches): Promise<void> {
    const before = this.database.now() - RECOVERY_KEPT_MS;
    while ((await batches.read(() => this.recoveries.deleteEndedBefore(before, RECOVERIES))) > 0);
  }

  /** If a row cannot be read, only this walk ends; the pass goes on. */
  async #skippingErrors(walk: () => Promise<void>): Promise<void> {
    try {
      await walk();
    } catch (error) {
      if (!concernsRows(error)) throw error;
      this.#error = error;
    }
  }

  async #checkpoint(): Promise<void> {
    if (this.#isStopped || !this.#isEnabled) throw new Interrupted();
    if (performance.now() - this.#renewedAt < RENEW_EVERY_MS) return;
    if (!(await this.#lease.renew())) throw new Interrupted();
    this.#renewedAt = performance.now();
  }
}
