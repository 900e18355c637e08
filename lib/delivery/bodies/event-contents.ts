import type { EventContent } from '../../persistence/ports/lane-store.js';

/** An event that is ready to send. Its body is encoded once, however many transports it goes to. */
export interface OutgoingEvent {
  readonly eventId: number;
  readonly eventUid: string;
  readonly action: string;
  readonly body: Buffer;
  readonly traceparent: string | null;
  /** Milliseconds since the epoch. */
  readonly emittedAt: number;
}

/**
 * How long a body is used after it was read, in ms. Bodies can be erased in the database, and processes that have them in
 * memory are not notified. So a request with an erased body may start up to 60 s after the erasure: this time plus the time-out
 * of the query that read the body (30 s). docs/retention.md promises the sum.
 */
export const BODY_VALID_MS = 30_000;

interface Kept {
  readonly event: OutgoingEvent;
  /** On the elapsed clock. */
  readonly readAt: number;
  /** Whether the event was requested since it was added, or since an eviction last spared it. */
  isUsed: boolean;
}

/**
 * Cache of event bodies, so that an event that goes to many transports, or was just fanned out here, is not read again.
 * Bodies that were not requested recently are evicted first (*second chance*). An LRU list would move a body to the end at
 * each request: V8 would then rebuild the Map all the time, and the garbage collector would have to free the old tables.
 */
export class EventContents {
  /** The first entry is the one that was added or spared longest ago: a Map keeps the order of insertion. */
  readonly #kept = new Map<number, Kept>();
  #bytes = 0;

  /**
   * @param limitBytes maximum size of all bodies together, in bytes
   * @param elapsed the elapsed clock (see `ElapsedClock`), in ms
   */
  constructor(
    private readonly limitBytes: number,
    private readonly elapsed: () => number = () => performance.now(),
  ) {}

  get(eventId: number): OutgoingEvent | undefined {
    const kept = this.#valid(eventId);
    if (!kept) return undefined;
    kept.isUsed = true;
    return kept.event;
  }

  has(eventId: number): boolean {
    return this.#valid(eventId) !== undefined;
  }

  add({ eventId, eventUid, action, body, traceparent, emittedAt }: EventContent): OutgoingEvent {
    const known = this.#valid(eventId);
    if (known) return known.event;
    const event = { eventId, eventUid, action, body: Buffer.from(body, 'utf8'), traceparent, emittedAt };
    this.#kept.set(eventId, { event, readAt: this.elapsed(), isUsed: false });
    this.#bytes += event.body.length;
    if (this.#bytes > this.limitBytes) this.#evict(eventId);
    return event;
  }

  /** The entry, unless its body was read too long ago: then it is removed. */
  #valid(eventId: number): Kept | undefined {
    const kept = this.#kept.get(eventId);
    if (!kept || this.elapsed() - kept.readAt < BODY_VALID_MS) return kept;
    this.#kept.delete(eventId);
    this.#bytes -= kept.event.body.length;
    return undefined;
  }

  /**
   * Evicts a quarter at once. If entries were deleted from the head of the Map one at a time, each pass would iterate over
   * all deleted ones again. The loop ends, because an eviction spares no entry twice.
   */
  #evict(newestId: number): void {
    const target = this.limitBytes * 0.75;
    for (const [eventId, kept] of this.#kept) {
      if (this.#bytes <= target || this.#kept.size === 1) break;
      if (eventId === newestId) continue;
      this.#kept.delete(eventId);
      if (kept.isUsed) this.#kept.set(eventId, { ...kept, isUsed: false });
      else this.#bytes -= kept.event.body.length;
    }
  }
}
