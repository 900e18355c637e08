import { PollLoop } from '../delivery/poll-loop.js';
import type { FanoutStore, OutboxCursor } from '../persistence/fanout-store.js';
import type { EventContent } from '../persistence/lane-store.js';
import { FanoutProgress, type TenantShare } from './fanout-progress.js';
import { PendingQuota } from './pending-quota.js';
import { planDeliveries } from './plan-deliveries.js';

/** Events read at a time. */
const BATCH_EVENTS = 500;
/** Bodies read along with them, so that what is sent at once is not read again. */
const CONTENT_BYTES = 4 * 1024 * 1024;
/** Deliveries written in one transaction; the share of a tenant is not divided. */
const MOST_DELIVERIES = 2_000;
/** From the oldest event again at least this often: events commit in another order than that of their numbers. */
const HEAD_EVERY_MS = 1_000;
/** The pause before events that could not be taken (another process has them, or they wait for an earlier one) are tried again. */
const RETRY_MS = 10;

export interface FanoutOptions {
  readonly pollMs: number;
  /** The database's clock, ms since the epoch. */
  readonly now: () => number;
  /** Told after each transaction: which transports have new deliveries, and the bodies at hand. */
  readonly told: (transportIds: Iterable<number>, contents: Iterable<EventContent>) => void;
  /** Deliveries of a tenant that may be pending: what is too much is logged as missed. */
  readonly maxPendingPerTenant: number;
  /** A tenant has reached that. */
  readonly onQuotaExceeded: (tenantUid: string, pending: number) => void;
  readonly onError: (error: unknown, failures: number) => void;
}

/**
 * Turns committed events into deliveries, a bounded share for each tenant in turn. May run in any number of
 * processes at once, and again after a crash: an event is off the outbox if and only if its deliveries exist.
 */
export class FanoutWorker {
  readonly #loop: PollLoop;
  readonly #progress = new FanoutProgress();
  readonly #quota: PendingQuota;
  /** How far each tenant's outbox has been read: what lies before is dead rows, or cannot be taken yet. */
  readonly #cursors = new Map<string, number>();
  #atHeadAt = -Infinity;
  /** Behind: bodies are not read along, since they would be forgotten before they are sent. */
  #isBehind = false;
  #retry: NodeJS.Timeout | undefined;
  #isEnabled = true;

  constructor(
    private readonly store: FanoutStore,
    private readonly options: FanoutOptions,
  ) {
    this.#quota = new PendingQuota(store, {
      limit: options.maxPendingPerTenant,
      onExceeded: options.onQuotaExceeded,
    });
    this.#loop = new PollLoop({
      pollMs: options.pollMs,
      isSparing: true,
      round: () => this.#round(),
      onError: options.onError,
    });
  }

  /** Tenants of which something was missed of late, since too much was pending. */
  get tenantsOverQuota(): number {
    return this.#quota.exceeded;
  }

  start(): void {
    this.#loop.start();
  }

  /** An event has been committed. */
  wake(): void {
    this.#loop.wake();
  }

  /** Disabled, it leaves events where they are. */
  setEnabled(isEnabled: boolean): void {
    this.#isEnabled = isEnabled;
    this.#loop.wake();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
    clearTimeout(this.#retry);
  }

  /** True: there was something to do, so look again. */
  async #round(): Promise<boolean> {
    if (!this.#isEnabled) return false;
    if (performance.now() - this.#atHeadAt > HEAD_EVERY_MS) this.#startAtHead();
    const cursors = [...this.#cursors].map(([tenantUid, afterId]): OutboxCursor => ({ tenantUid, afterId }));
    const { events, webhooks } = await this.store.read(
      cursors,
      BATCH_EVENTS,
      this.#isBehind ? 0 : CONTENT_BYTES,
    );
    this.#isBehind = events.length >= BATCH_EVENTS / 2;
    if (events.length === 0) {
      this.#startAtHead();
      return cursors.length > 0;
    }

    const contents = new Map(events.map(({ id, content }) => [id, content]));
    let allTaken = true;
    const planned = this.#progress.shares(events, planDeliveries(events, webhooks));
    for (const shares of transactions(await this.#quota.admit(planned))) {
      allTaken = (await this.#write(shares, contents)) && allTaken;
    }
    if (allTaken) return true;
    this.#startAtHead();
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#loop.wake(), RETRY_MS);
    return false;
  }

  #startAtHead(): void {
    this.#cursors.clear();
    this.#atHeadAt = performance.now();
  }

  /** @returns whether all of the events could be taken */
  async #write(
    shares: readonly TenantShare[],
    read: ReadonlyMap<number, EventContent | null>,
  ): Promise<boolean> {
    const events = shares.flatMap((share) => share.events);
    const deliveries = shares.flatMap((share) => share.deliveries);
    const taken = await this.store.write({ events, deliveries, now: this.options.now() });

    const transportIds = new Set<number>();
    for (const { eventId, transportId, missedReason } of deliveries) {
      if (missedReason === null && taken.has(eventId)) transportIds.add(transportId);
    }
    const contents = [...taken].flatMap((eventId) => read.get(eventId) ?? []);
    if (transportIds.size > 0) this.options.told(transportIds, contents);

    for (const share of shares) {
      this.#progress.written(share, taken);
      this.#quota.written(share, taken);
    }
    for (const { id, tenantUid, isFinished } of events) if (isFinished) this.#cursors.set(tenantUid, id);
    return taken.size === events.length;
  }
}

/** Puts shares together into transactions of bounded size. */
function* transactions(shares: readonly TenantShare[]): Generator<TenantShare[]> {
  let together: TenantShare[] = [];
  let size = 0;
  for (const share of shares) {
    if (together.length > 0 && size + share.deliveries.length > MOST_DELIVERIES) {
      yield together;
      together = [];
      size = 0;
    }
    together.push(share);
    size += share.deliveries.length;
  }
  if (together.length > 0) yield together;
}
