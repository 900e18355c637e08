import type { LaneCandidate } from '../delivery/lanes/choose-lanes.js';
import { classify } from '../persistence/errors/driver-errors.js';
import { isPassing } from '../persistence/errors/is-passing.js';
import type {
  FanoutBatch,
  FanoutPlan,
  FanoutResult,
  FanoutStore,
  FanoutWebhook,
} from '../persistence/ports/fanout-store.js';
import type { EventContent } from '../persistence/ports/lane-store.js';
import type { QueueCountStore } from '../persistence/ports/queue-count-store.js';
import type { FanOutObservation, Telemetry } from '../telemetry/telemetry.js';
import { PollLoop, type RoundResult } from '../timing/poll-loop.js';
import { RoundHistory, type RoundStatus } from '../timing/round-history.js';
import { EventsAside } from './events-aside.js';
import { halveShares } from './halve-shares.js';
import { lanesToNotify } from './lanes-to-notify.js';
import { OutboxPosition } from './outbox-position.js';
import { PendingQuota } from './pending-quota.js';
import { planDeliveries } from './plan-deliveries.js';
import { tenantShares, type TenantShare } from './tenant-shares.js';
import { transactionsOf } from './transactions-of.js';

/** Maximum number of events read at a time. */
const BATCH_EVENTS = 500;
/** Maximum size of the bodies that are read with the events, in bytes. Bodies of events that are sent at once are thus not read again. */
const CONTENT_BYTES = 4 * 1024 * 1024;
/** Pause before the next try for events that another process has locked, or that wait for an earlier event, in ms. */
const RETRY_MS = 10;
/** Processes that are notified of the same events read the outbox at random times within this period, in ms. */
const OTHERS_WITHIN_MS = 4;
/**
 * How long locked lanes are skipped after one has delayed a write, in ms. Also how long bodies are not read after one could
 * not be read.
 */
const CAUTIOUS_MS = 10_000;

export interface FanoutOptions {
  /** Interval at which the outbox is read without a wake-up, in ms. Called after each round. */
  readonly pollMs: () => number;
  /** The database's clock, ms since the epoch. */
  readonly now: () => number;
  /** Called after each transaction, with the lanes that have new deliveries and the bodies in memory. */
  readonly notify: (lanes: Iterable<LaneCandidate>, contents: Iterable<EventContent>) => void;
  /** Maximum number of pending deliveries of a tenant. Further ones are logged as `MISSED`. */
  readonly maxPendingPerTenant: number;
  /** Called when a tenant has 80 % of that number or more. */
  readonly onQuotaNear: (tenantUid: string, pending: number) => void;
  /** Called when deliveries of a tenant are missed because it has reached that number. */
  readonly onQuotaExceeded: (tenantUid: string, pending: number) => void;
  readonly telemetry: Telemetry;
  readonly onError: (error: unknown, failures: number) => void;
}

/**
 * Outcome of a round. `finished`: each event was fanned out or set aside. `continuing`: of some events only a share was
 * written, and the next share can follow at once. `blocked`: some events have to wait for another process.
 */
type RoundOutcome = 'finished' | 'continuing' | 'blocked';

/** Events of a round that stay in the outbox. */
interface StayingEvents {
  readonly unfinished: Set<number>;
  /** Events of which a share was written, so that the next one can follow at once. */
  readonly continuing: Set<number>;
}

/**
 * Turns committed events into deliveries, a bounded share for each tenant in turn. Any number of processes may run it at
 * once, and it may be repeated after a crash: an event leaves the outbox in the transaction that completes its deliveries.
 *
 * A statement serves many tenants, so one bad row must not stop it: lanes that somebody has locked are left out after the
 * first lock time-out, and an event that the database refuses is found by halving and set aside.
 */
export class FanoutWorker {
  readonly #loop: PollLoop;
  readonly #aside = new EventsAside();
  readonly #quota: PendingQuota;
  readonly #history: RoundHistory;
  readonly #position = new OutboxPosition();
  #hasWrittenSinceHead = false;
  /** Whether fan-out is behind. If so, bodies are not read with the events, because the cache would evict them before they are sent. */
  #isBehind = false;
  /** Instants of performance.now() until which locked lanes are skipped, and bodies are not read. */
  #skipLockedUntil = -Infinity;
  #noContentsUntil = -Infinity;
  #retry: NodeJS.Timeout | undefined;
  #wakesForOthers: NodeJS.Timeout | undefined;
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
   * An event of another process has been committed. The look is delayed at random, so that usually one process has fanned the
   * event out before the others look.
   */
  wakeForOthers(): void {
    this.#wakesForOthers ??= setTimeout(() => {
      this.#wakesForOthers = undefined;
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
    clearTimeout(this.#wakesForOthers);
  }

  async #round(): Promise<RoundResult> {
    if (!this.#isEnabled) return false;
    if (this.#position.isHeadDue) this.#startAtHead();
    const isFromHead = this.#position.isHead;
    const batch = await this.#read();
    this.#isBehind = batch.events.length >= BATCH_EVENTS / 2;
    if (batch.events.length === 0) {
      if (isFromHead) this.#history.noteSuccess();
      const again = this.#hasWrittenSinceHead;
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
      this.#noContentsUntil = performance.now() + CAUTIOUS_MS;
      this.options.onError(error, 1);
      return this.store.read(cursors, BATCH_EVENTS, 0);
    }
  }

  async #fanOut({ events, webhooks }: FanoutBatch): Promise<RoundOutcome> {
    const contents = new Map(events.map(({ id, content }) => [id, content]));
    const byTransport = new Map(webhooks.map((webhook) => [webhook.transportId, webhook]));
    const ready = events.filter(({ id }) => !this.#aside.isWaiting(id));
    const stays: StayingEvents = { unfinished: new Set(), continuing: new Set() };
    const planned = tenantShares(ready, planDeliveries(ready, webhooks));
    for (const shares of transactionsOf(await this.#quota.admit(planned))) {
      await this.#write(shares, contents, byTransport, stays);
    }
    const plannedIds = new Set(planned.flatMap((share) => share.events.map(({ id }) => id)));
    const { unfinished, continuing } = stays;
    this.#position.advance(
      events,
      ({ id }) => this.#aside.isWaiting(id) || (plannedIds.has(id) && !unfinished.has(id)),
    );
    const isPassable = (id: number): boolean => this.#aside.isWaiting(id) || continuing.has(id);
    if (![...unfinished].every(isPassable)) return 'blocked';
    return continuing.size > 0 ? 'continuing' : 'finished';
  }

  #startAtHead(): void {
    this.#position.startAtHead();
    this.#hasWrittenSinceHead = false;
  }

  #retryIn(ms: number): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#loop.wake(), ms);
  }

  /** @param stays receives the events that stay in the outbox */
  async #write(
    shares: readonly TenantShare[],
    contents: ReadonlyMap<number, EventContent | null>,
    webhooks: ReadonlyMap<number, FanoutWebhook>,
    stays: StayingEvents,
  ): Promise<void> {
    const events = shares.flatMap((share) => share.events);
    const deliveries = shares.flatMap((share) => share.deliveries);
    const skipsLocked = performance.now() < this.#skipLockedUntil;
    const plan = { events, deliveries, now: this.options.now(), skipsLocked };
    const observed = this.#observe(plan, contents);
    let result: FanoutResult;
    try {
      result = await (observed ? observed.run(() => this.store.write(plan)) : this.store.write(plan));
      observed?.end(this.options.now());
    } catch (error) {
      observed?.end(this.options.now(), error);
      if (isPassing(error)) throw error;
      if (classify(error) === 'busy' && !skipsLocked) {
        this.#skipLockedUntil = performance.now() + CAUTIOUS_MS;
        return this.#write(shares, contents, webhooks, stays);
      }
      const halves = halveShares(shares);
      if (halves) {
        for (const half of halves) await this.#write(half, contents, webhooks, stays);
        return;
      }
      this.options.onError(error, 1);
      for (const { id } of events) {
        this.#history.noteRefusal(error, id);
        this.#aside.add(id);
        stays.unfinished.add(id);
      }
      return;
    }
    this.#written(shares, result, stays);
    this.#notify(deliveries, result, contents, webhooks);
  }

  /** Undefined: nobody observes fan-out. */
  #observe(
    { events, deliveries }: Pick<FanoutPlan, 'events' | 'deliveries'>,
    contents: ReadonlyMap<number, EventContent | null>,
  ): FanOutObservation | undefined {
    const { telemetry } = this.options;
    if (!telemetry.observesFanOut) return undefined;
    return telemetry.fanOutStarted({
      events: events.length,
      deliveries: deliveries.length,
      missed: deliveries.filter(({ missedReason }) => missedReason !== null).length,
      known: events.flatMap(({ id }) => contents.get(id) ?? []),
    });
  }

  #written(shares: readonly TenantShare[], result: FanoutResult, stays: StayingEvents): void {
    const { written, incomplete } = result;
    if (written.size > 0 || incomplete.size > 0) this.#history.noteSuccess();
    if (incomplete.size > 0) this.#skipLockedUntil = performance.now() + CAUTIOUS_MS;
    for (const share of shares) {
      // Almost all deliveries of an incomplete event were queued, so it counts as written.
      this.#quota.written(share, new Set([...written, ...incomplete]));
      for (const { id, left } of share.events) {
        const isDone = written.has(id) && left.length === 0;
        if (incomplete.has(id)) this.#aside.add(id);
        if (isDone) this.#aside.delete(id);
        else stays.unfinished.add(id);
        if (written.has(id) && !isDone) stays.continuing.add(id);
        this.#hasWrittenSinceHead ||= isDone;
      }
    }
  }

  #notify(
    deliveries: TenantShare['deliveries'],
    result: FanoutResult,
    contents: ReadonlyMap<number, EventContent | null>,
    webhooks: ReadonlyMap<number, FanoutWebhook>,
  ): void {
    const lanes = lanesToNotify(deliveries, result, webhooks);
    if (lanes.size === 0) return;
    const bodies = [...result.written].flatMap((eventId) => contents.get(eventId) ?? []);
    this.options.notify(lanes.values(), bodies);
  }
}

/** Whether a batch that was read from the head is all that was in the outbox. It is if no tenant has used up its part of the limit. */
function isWhole({ events }: FanoutBatch): boolean {
  const tenants = new Set(events.map(({ tenantUid }) => tenantUid)).size;
  return events.length * tenants < BATCH_EVENTS;
}
