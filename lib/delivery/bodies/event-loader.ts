import { classify } from '../../persistence/errors/driver-errors.js';
import type { EventContent, LaneStore } from '../../persistence/ports/lane-store.js';
import { EventContents, type OutgoingEvent } from './event-contents.js';

/** Maximum size of the cached bodies, in bytes. */
const KEPT_BYTES = 32 * 1024 * 1024;
/** Maximum size of the bodies that one query returns, in bytes. The last body may exceed it. */
const PORTION_BYTES = 8 * 1024 * 1024;
/** Maximum number of waiting events that share a query: one portion can hold 32 bodies of 256 KiB. */
const SERVED_TOGETHER = 32;
/** The read-ahead stops after this size, in bytes, so that its bodies do not displace bodies that are needed sooner. */
const AHEAD_BYTES = KEPT_BYTES / 2;

interface Wait {
  readonly loaded: Promise<OutgoingEvent | undefined>;
  readonly end: (event: OutgoingEvent | undefined) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Cache of event bodies, filled from the database in portions of about `PORTION_BYTES`.
 *
 * A lane may read 512 deliveries at once, each with a 256 KiB body, so the read-ahead stops after `AHEAD_BYTES`. A body that
 * is missing when its delivery is sent is loaded on demand; concurrent requests share one query. If a body cannot be read,
 * only the requests for that body fail. Memory is bounded by the cache, three portions, and the bodies of requests in flight:
 * each of the two reads of `LaneReader` loads one portion at a time, and so does loading on demand.
 */
export class EventLoader {
  readonly #kept: EventContents;
  readonly #waits = new Map<number, Wait>();
  #loading = false;

  /** @param elapsed the elapsed clock (see `ElapsedClock`), in ms */
  constructor(
    private readonly store: Pick<LaneStore, 'contents'>,
    elapsed?: () => number,
  ) {
    this.#kept = new EventContents(KEPT_BYTES, elapsed);
  }

  /** Adds bodies that the caller has in memory. */
  remember(contents: Iterable<EventContent>): void {
    for (const content of contents) this.#kept.add(content);
  }

  /** The event, if it is in memory. */
  get(eventId: number): OutgoingEvent | undefined {
    return this.#kept.get(eventId);
  }

  /**
   * Loads the bodies that are not in memory, and stops after about `AHEAD_BYTES`. Never throws: a body that is missing is loaded
   * on demand.
   */
  async loadAhead(eventIds: Iterable<number>): Promise<void> {
    const missing = new Set<number>();
    for (const eventId of eventIds) if (!this.#kept.has(eventId)) missing.add(eventId);
    try {
      for (let bytes = 0; missing.size > 0 && bytes < AHEAD_BYTES;) {
        const { found, last } = await this.#portion([...missing]);
        for (const { body } of found) bytes += body.length;
        for (const eventId of missing) if (eventId <= last) missing.delete(eventId);
      }
    } catch {
      // Each body is loaded on demand later, where an error concerns only its own delivery.
    }
  }

  /**
   * @returns undefined: the event is not stored any more
   * @throws the database's error for this event
   */
  load(eventId: number): Promise<OutgoingEvent | undefined> {
    let wait = this.#waits.get(eventId);
    if (!wait) {
      wait = newWait();
      this.#waits.set(eventId, wait);
      void this.#run();
    }
    return wait.loaded;
  }

  /**
   * Serves the waiting events in the order of their arrival, a portion at a time. A query returns the oldest events first. If
   * all waiting events shared it, newer ones would wait for as long as others request older ones.
   */
  async #run(): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    while (this.#waits.size > 0) await this.#serve([...this.#waits.keys()].slice(0, SERVED_TOGETHER));
    this.#loading = false;
  }

  async #serve(eventIds: readonly number[]): Promise<void> {
    try {
      const { found, last } = await this.#portion(eventIds);
      const byId = new Map(found.map((event) => [event.eventId, event]));
      for (const eventId of eventIds) if (eventId <= last) this.#take(eventId)?.end(byId.get(eventId));
    } catch (error) {
      if (classify(error) === 'refused' && eventIds.length > 1) {
        const half = eventIds.length >> 1;
        await this.#serve(eventIds.slice(0, half));
        return this.#serve(eventIds.slice(half));
      }
      for (const eventId of eventIds) this.#take(eventId)?.fail(error);
    }
  }

  #take(eventId: number): Wait | undefined {
    const wait = this.#waits.get(eventId);
    this.#waits.delete(eventId);
    return wait;
  }

  /** @returns the events that were found, and the id up to which the result is complete */
  async #portion(eventIds: readonly number[]): Promise<{ found: OutgoingEvent[]; last: number }> {
    const contents = await this.store.contents(eventIds, PORTION_BYTES);
    const last = contents.at(-1)?.eventId ?? Infinity;
    return { found: contents.map((content) => this.#kept.add(content)), last };
  }
}

function newWait(): Wait {
  let end!: Wait['end'];
  let fail!: Wait['fail'];
  const loaded = new Promise<OutgoingEvent | undefined>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  return { loaded, end, fail };
}
