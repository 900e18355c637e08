import { PollLoop } from '../delivery/poll-loop.js';
import { grouped } from '../domain/grouped.js';
import type { FanoutStore, PlannedDelivery, UnfannedEvent } from '../persistence/fanout-store.js';
import type { EventContent } from '../persistence/lane-store.js';
import { planDeliveries } from './plan-deliveries.js';

/** Events read at a time. */
const BATCH_EVENTS = 500;
/** Deliveries written in one transaction; an event is not divided. */
const MOST_DELIVERIES = 2_000;
/** From the head again at least this often: events commit in another order than that of their numbers. */
const HEAD_EVERY_MS = 1_000;
const HEAD = 0;
/** The pause before events that could not be taken (another process has them, or they wait for an earlier one) are tried again. */
const RETRY_MS = 10;

export interface FanoutOptions {
  readonly pollMs: number;
  /** The database's clock, ms since the epoch. */
  readonly now: () => number;
  /** Told after each transaction: which transports have new deliveries, and the bodies at hand. */
  readonly told: (transportIds: Iterable<number>, contents: Iterable<EventContent>) => void;
  readonly onError: (error: unknown, failures: number) => void;
}

/**
 * Turns committed events into deliveries. May run in any number of processes at once, and again after a crash: an
 * event is off the outbox if and only if its deliveries exist.
 */
export class FanoutWorker {
  readonly #loop: PollLoop;
  #cursor = HEAD;
  #atHeadAt = 0;
  /** Behind: bodies are not read along, since they would be forgotten before they are sent. */
  #isBehind = false;
  #retry: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: FanoutStore,
    private readonly options: FanoutOptions,
  ) {
    this.#loop = new PollLoop({ pollMs: options.pollMs, round: () => this.#round(), onError: options.onError });
  }

  start(): void {
    this.#loop.start();
  }

  /** An event has been committed. */
  wake(): void {
    this.#loop.wake();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#retry);
    await this.#loop.stop();
    clearTimeout(this.#retry);
  }

  async #round(): Promise<boolean> {
    if (performance.now() - this.#atHeadAt > HEAD_EVERY_MS) this.#cursor = HEAD;
    if (this.#cursor === HEAD) this.#atHeadAt = performance.now();
    const startedAt = this.#cursor;
    const { events, webhooks } = await this.store.read(startedAt, BATCH_EVENTS, !this.#isBehind);
    const isFull = events.length === BATCH_EVENTS;
    this.#isBehind = isFull;
    this.#cursor = isFull ? events.at(-1)!.id : HEAD;
    if (events.length === 0) return startedAt !== HEAD;

    let taken = 0;
    for (const part of parts(events, planDeliveries(events, webhooks))) taken += await this.#write(part);
    if (taken < events.length) this.#retrySoon();
    return isFull || startedAt !== HEAD;
  }

  async #write({ events, deliveries }: Part): Promise<number> {
    const taken = await this.store.write({ eventIds: events.map(({ id }) => id), deliveries, now: this.options.now() });
    const transportIds = new Set<number>();
    for (const { eventId, transportId, queued } of deliveries) if (queued && taken.has(eventId)) transportIds.add(transportId);
    const contents = events.flatMap(({ id, eventUid, action, body }) =>
      body !== null && taken.has(id) ? [{ eventId: id, eventUid, action, body }] : [],
    );
    if (transportIds.size > 0) this.options.told(transportIds, contents);
    return taken.size;
  }

  #retrySoon(): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#loop.wake(), RETRY_MS);
  }
}

interface Part {
  readonly events: UnfannedEvent[];
  readonly deliveries: PlannedDelivery[];
}

/** Cuts a batch into transactions of bounded size, in order. */
function* parts(events: readonly UnfannedEvent[], deliveries: readonly PlannedDelivery[]): Generator<Part> {
  const byEvent = grouped(deliveries, ({ eventId }) => eventId);
  let part: Part = { events: [], deliveries: [] };
  for (const event of events) {
    const own = byEvent.get(event.id) ?? [];
    if (part.events.length > 0 && part.deliveries.length + own.length > MOST_DELIVERIES) {
      yield part;
      part = { events: [], deliveries: [] };
    }
    part.events.push(event);
    part.deliveries.push(...own);
  }
  if (part.events.length > 0) yield part;
}
