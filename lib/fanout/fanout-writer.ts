import type { LaneCandidate } from '../delivery/lanes/choose-lanes.js';
import { classify } from '../persistence/errors/driver-errors.js';
import { isTransient } from '../persistence/errors/is-transient.js';
import type {
  FanoutBatch,
  FanoutPlan,
  FanoutResult,
  FanoutStore,
  FanoutWebhook,
} from '../persistence/ports/fanout-store.js';
import type { EventContent } from '../persistence/ports/lane-store.js';
import type { FanOutObservation, Telemetry } from '../telemetry/telemetry.js';
import type { RoundHistory } from '../timing/round-history.js';
import type { EventsAside } from './events-aside.js';
import { halveShares } from './halve-shares.js';
import { lanesToNotify } from './lanes-to-notify.js';
import type { PendingQuota } from './pending-quota.js';
import type { TenantShare } from './tenant-shares.js';

/** How long locked lanes are skipped after one has delayed a write, in ms. */
const SKIP_LOCKED_MS = 10_000;

export interface FanoutWriterOptions {
  /** The database's clock, ms since the epoch. */
  readonly now: () => number;
  /** Called after each transaction that has added work to lanes, with these lanes (see `lanesToNotify`) and the bodies in memory. */
  readonly notify: (lanes: Iterable<LaneCandidate>, contents: Iterable<EventContent>) => void;
  readonly telemetry: Telemetry;
  readonly onError: (error: unknown, failures: number) => void;
}

/** State of fan-out that a write changes in addition to the database. */
export interface FanoutState {
  readonly aside: EventsAside;
  readonly quota: PendingQuota;
  readonly history: RoundHistory;
}

/** Events of a round that stay in the outbox. */
export interface StayingEvents {
  /** All of these events, by id. */
  readonly unfinished: Set<number>;
  /** Events that have a part of their deliveries. The next part can follow at once. */
  readonly continuing: Set<number>;
}

/** The events of a batch by their ids, and its webhooks by the ids of their transports. */
export class BatchIndex {
  readonly contents: ReadonlyMap<number, EventContent | null>;
  readonly webhooks: ReadonlyMap<number, FanoutWebhook>;

  constructor({ events, webhooks }: FanoutBatch) {
    this.contents = new Map(events.map(({ id, content }) => [id, content]));
    this.webhooks = new Map(webhooks.map((webhook) => [webhook.transportId, webhook]));
  }

  /** The bodies of events that are in memory. */
  known(eventIds: Iterable<number>): EventContent[] {
    return [...eventIds].flatMap((id) => this.contents.get(id) ?? []);
  }
}

/**
 * Writes the shares of a round. A transaction serves many tenants, so one bad row must not stop it: lanes that somebody has
 * locked are left out after the first lock time-out, and an event that the database refuses is found by halving and set
 * aside.
 */
export class FanoutWriter {
  /** Instant of performance.now() until which locked lanes are skipped. */
  #skipLockedUntil = -Infinity;
  /** Number of events that have left the outbox. */
  #finished = 0;

  constructor(
    private readonly store: FanoutStore,
    private readonly state: FanoutState,
    private readonly options: FanoutWriterOptions,
  ) {}

  /** Number of events that have left the outbox, since the process began. */
  get finished(): number {
    return this.#finished;
  }

  /**
   * Writes one transaction, or its halves if the database refuses it.
   *
   * @param stays receives the events that stay in the outbox
   * @throws errors after which the same write may succeed later (see `isTransient`). Halves that were written before stay written
   */
  async write(shares: readonly TenantShare[], batch: BatchIndex, stays: StayingEvents): Promise<void> {
    const events = shares.flatMap((share) => share.events);
    const deliveries = shares.flatMap((share) => share.deliveries);
    const skipsLocked = performance.now() < this.#skipLockedUntil;
    const plan = { events, deliveries, now: this.options.now(), skipsLocked };
    const observed = this.#observe(plan, batch);
    let result: FanoutResult;
    try {
      result = await (observed ? observed.run(() => this.store.write(plan)) : this.store.write(plan));
      observed?.end(this.options.now());
    } catch (error) {
      observed?.end(this.options.now(), error);
      if (isTransient(error)) throw error;
      if (classify(error) === 'busy' && !skipsLocked) {
        this.#skipLocked();
        return this.write(shares, batch, stays);
      }
      const halves = halveShares(shares);
      for (const half of halves ?? []) await this.write(half, batch, stays);
      if (halves === undefined) this.#setAside(events, error, stays);
      return;
    }
    this.#written(shares, result, stays);
    const lanes = lanesToNotify(deliveries, result, batch.webhooks);
    if (lanes.size > 0) this.options.notify(lanes.values(), batch.known(result.written));
  }

  #skipLocked(): void {
    this.#skipLockedUntil = performance.now() + SKIP_LOCKED_MS;
  }

  /** Undefined: nobody observes fan-out. */
  #observe(
    { events, deliveries }: Pick<FanoutPlan, 'events' | 'deliveries'>,
    batch: BatchIndex,
  ): FanOutObservation | undefined {
    const { telemetry } = this.options;
    if (!telemetry.observesFanOut) return undefined;
    return telemetry.fanOutStarted({
      events: events.length,
      deliveries: deliveries.length,
      missed: deliveries.filter(({ missedReason }) => missedReason !== null).length,
      known: batch.known(events.map(({ id }) => id)),
    });
  }

  #setAside(events: FanoutPlan['events'], error: unknown, { unfinished }: StayingEvents): void {
    this.options.onError(error, 1);
    for (const { id } of events) {
      this.state.history.noteRefusal(error, id);
      this.state.aside.add(id);
      unfinished.add(id);
    }
  }

  #written(shares: readonly TenantShare[], result: FanoutResult, stays: StayingEvents): void {
    const { aside, history, quota } = this.state;
    const { written, incomplete } = result;
    if (written.size > 0 || incomplete.size > 0) history.noteSuccess();
    if (incomplete.size > 0) this.#skipLocked();
    for (const share of shares) {
      // Almost all deliveries of an incomplete event were queued, so it counts as written.
      quota.written(share, new Set([...written, ...incomplete]));
      for (const { id, left } of share.events) {
        const isDone = written.has(id) && left.length === 0;
        if (incomplete.has(id)) aside.add(id);
        if (isDone) aside.delete(id);
        else stays.unfinished.add(id);
        if (written.has(id) && !isDone) stays.continuing.add(id);
        if (isDone) this.#finished += 1;
      }
    }
  }
}
