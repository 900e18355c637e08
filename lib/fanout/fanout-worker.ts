import { classify } from '../persistence/errors/driver-errors.js';
import type { FanoutBatch, FanoutStore } from '../persistence/ports/fanout-store.js';
import type { QueueCountStore } from '../persistence/ports/queue-count-store.js';
import { PollLoop, type RoundResult } from '../timing/poll-loop.js';
import { RoundHistory, type RoundStatus } from '../timing/round-history.js';
import { EventsAside } from './events-aside.js';
import { BatchIndex, FanoutWriter, type FanoutWriterOptions, type StayingEvents } from './fanout-writer.js';
import { OutboxPosition } from './outbox-position.js';
import { PendingQuota } from './pending-quota.js';
import { planDeliveries } from './plan-deliveries.js';
import { tenantShares } from './tenant-shares.js';
import { transactionsOf } from './transactions-of.js';

/** Maximum number of events read at a time. */
const BATCH_EVENTS = 500;
/**
 * Approximate maximum size of all bodies that are read with the events, in bytes. These bodies stay in memory, so events that
 * are sent at once need no second read.
 */
const CONTENT_BYTES = 4 * 1024 * 1024;
/** Pause before the next try for events that another process has locked, or that wait for an earlier event, in ms. */
const RETRY_MS = 10;
/** Processes that are notified of the same events read the outbox at random times within this period, in ms. */
const OTHERS_WITHIN_MS = 4;
/** How long bodies are not read after one could not be read, in ms. */
const NO_CONTENTS_MS = 10_000;

export interface FanoutOptions extends FanoutWriterOptions {
  /** Interval at which the outbox is read without a wake-up, in ms. Called after each round. */
  readonly pollMs: () => number;
  /** Maximum number of pending deliveries of a tenant. Further deliveries are recorded as `MISSED`. */
  readonly maxPendingPerTenant: number;
  /** Called when a tenant has used 80 % of `maxPendingPerTenant` or more, at most once in ten minutes for each tenant. */
  readonly onQuotaNear: (tenantUid: string, pending: number) => void;
  /**
   * Called when deliveries of a tenant are missed because it has reached `maxPendingPerTenant`, at most once in ten minutes for
   * each tenant.
   */
  readonly onQuotaExceeded: (tenantUid: string, pending: number) => void;
}

/**
 * Outcome of a round. `finished`: each event was fanned out or set aside. `continuing`: some events have only a part of their
 * deliveries or none yet, and the next part can follow at once. `blocked`: some events have to wait for another process or for an
 * earlier event.
 */
type RoundOutcome = 'finished' | 'continuing' | 'blocked';

/**
 * Turns committed events into deliveries, a bounded share for each tenant in turn. Any number of processes may run it at
 * once, and it may be repeated after a crash: an event leaves the outbox in the transaction that completes its deliveries.
 */
export class FanoutWorker {
  readonly #loop: PollLoop;
  readonly #aside = new EventsAside();
  readonly #quota: PendingQuota;
  readonly #history: RoundHistory;
  readonly #position = new OutboxPosition();
  readonly #writer: FanoutWriter;
  /** Value of `FanoutWriter.finished` when the position was last at the head. */
  #finishedAtHead = 0;
  /** Whether fan-out is behind. If so, bodies are not read with the events, because the cache would evict them before they are sent. */
  #isBehind = false;
  /** Instant of performance.now() until which bodies are not read. */
  #noContentsUntil = -Infinity;
  #retry: NodeJS.Timeout | undefined;
  #delayedWake: NodeJS.Timeout | undefined;
  #isEnabled = true;

  constructor(
    private readonly store: FanoutStore,
    counts: QueueCountStore,
    private readonly options: FanoutOptions,
  ) {
    this.#quota = new PendingQuota(counts, {
      limit: options.maxPendingPerTenant,
      onNear: options.onQuotaNear,
      onExceeded: options.onQuotaExceeded,
    });
    this.#history = new RoundHistory(options.now);
    this.#writer = new FanoutWriter(
      store,
      { aside: this.#aside, quota: this.#quota, history: this.#history },
      options,
    );
    this.#loop = new PollLoop({
      pollMs: options.pollMs,
      round: () => this.#history.observe(() => this.#round()),
      onError: options.onError,
    });
  }

  /** Number of tenants with deliveries recorded as `MISSED` in the last minute because too many were pending. */
  get tenantsOverQuota(): number {
    return this.#quota.exceeded;
  }

  /** Status of the rounds. A round succeeds if it wrote something, or if it found an empty outbox. */
  get rounds(): RoundStatus {
    return this.#history.status;
  }

  start(): void {
    this.#loop.start();
  }

  /** An event of this process has been committed. */
  wake(): void {
    this.#loop.wake();
  }

  /**
   * An event of another process has been committed. The outbox is read after a random delay, so that usually one process has
   * fanned the event out before the others read it.
   */
  wakeForEventsOfOthers(): void {
    this.#delayedWake ??= setTimeout(() => {
      this.#delayedWake = undefined;
      this.#loop.wake();
    }, Math.random() * OTHERS_WITHIN_MS);
  }

  /** If disabled, leaves events in the outbox. */
  setEnabled(isEnabled: boolean): void {
    this.#isEnabled = isEnabled;
    this.#loop.wake();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
    clearTimeout(this.#retry);
    clearTimeout(this.#delayedWake);
  }

  async #round(): Promise<RoundResult> {
    if (!this.#isEnabled) return false;
    if (this.#position.isHeadDue) this.#startAtHead();
    const isFromHead = this.#position.isHead;
    const batch = await this.#read();
    this.#isBehind = batch.events.length >= BATCH_EVENTS / 2;
    if (batch.events.length === 0) {
      if (isFromHead) this.#history.noteSuccess();
      const again = this.#writer.finished > this.#finishedAtHead;
      this.#startAtHead();
      return again || 'rest';
    }
    const outcome = await this.#fanOut(batch);
    const asideInMs = this.#aside.nextInMs;
    if (outcome === 'blocked') this.#retryIn(RETRY_MS);
    else if (asideInMs !== undefined) this.#retryIn(Math.max(asideInMs, RETRY_MS));
    // Nothing else was in the outbox, and events that were committed since then come with a wake-up.
    const isAll = outcome === 'finished' && isFromHead && isWhole(batch);
    if (outcome !== 'blocked' && !isAll) return true;
    this.#startAtHead();
    return false;
  }

  async #read(): Promise<FanoutBatch> {
    const { cursors } = this.#position;
    const withContents = !this.#isBehind && performance.now() >= this.#noContentsUntil;
    try {
      return await this.store.read(cursors, BATCH_EVENTS, withContents ? CONTENT_BYTES : 0);
    } catch (error) {
      if (!withContents || classify(error) !== 'refused') throw error;
      // A body that cannot be read concerns only its own deliveries, which load it when they are sent.
      this.#noContentsUntil = performance.now() + NO_CONTENTS_MS;
      this.options.onError(error, 1);
      return this.store.read(cursors, BATCH_EVENTS, 0);
    }
  }

  async #fanOut(batch: FanoutBatch): Promise<RoundOutcome> {
    const { events, webhooks } = batch;
    const index = new BatchIndex(batch);
    const ready = events.filter(({ id }) => !this.#aside.isWaiting(id));
    const stays: StayingEvents = { unfinished: new Set(), continuing: new Set() };
    const planned = tenantShares(ready, planDeliveries(ready, webhooks));
    for (const shares of transactionsOf(await this.#quota.admit(planned))) {
      await this.#writer.write(shares, index, stays);
    }
    const plannedIds = new Set(planned.flatMap((share) => share.events.map(({ id }) => id)));
    const { unfinished, continuing } = stays;
    this.#position.advance(
      events,
      ({ id }) => this.#aside.isWaiting(id) || (plannedIds.has(id) && !unfinished.has(id)),
    );
    const isPassable = (id: number): boolean => this.#aside.isWaiting(id) || continuing.has(id);
    if (![...unfinished].every(isPassable)) return 'blocked';
    // A tenant's share is bounded, so it may contain only a part of the tenant's events.
    return continuing.size > 0 || plannedIds.size < ready.length ? 'continuing' : 'finished';
  }

  #startAtHead(): void {
    this.#position.startAtHead();
    this.#finishedAtHead = this.#writer.finished;
  }

  #retryIn(ms: number): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#loop.wake(), ms);
  }
}

/**
 * Whether a batch that was read from the head is all that was in the outbox. Tenants share the limit evenly, so the batch is whole
 * if no tenant has used up its part.
 */
function isWhole({ events }: FanoutBatch): boolean {
  const tenants = new Set(events.map(({ tenantUid }) => tenantUid)).size;
  return events.length * tenants < BATCH_EVENTS;
}
