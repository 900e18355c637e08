import type { EventContent, LaneStore } from '../persistence/lane-store.js';
import { EventContents, type OutgoingEvent } from './event-contents.js';

/** Bodies kept in memory. */
const KEPT_BYTES = 32 * 1024 * 1024;
/** Bodies that one query brings: beyond it, at most one body more. */
const PORTION_BYTES = 8 * 1024 * 1024;
/** Bodies loaded before anybody sends them: what is kept must not be driven out by what may wait for long. */
const AHEAD_BYTES = KEPT_BYTES / 2;

interface Wait {
  readonly loaded: Promise<OutgoingEvent | undefined>;
  readonly end: (event: OutgoingEvent | undefined) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * What events send, from memory or from the database, in portions of bytes: a thousand deliveries that are read together may have
 * a thousand large bodies. What is loaded ahead stops early, and what is missing when it is sent is asked for then, by all who
 * wait for one in the same query. So memory is bounded by the portions, what is kept, and the requests in flight.
 */
export class EventLoader {
  readonly #kept = new EventContents(KEPT_BYTES);
  readonly #waits = new Map<number, Wait>();
  #loading = false;

  constructor(private readonly store: Pick<LaneStore, 'contents'>) {}

  /** Bodies that somebody had at hand. */
  remember(contents: Iterable<EventContent>): void {
    for (const content of contents) this.#kept.add(content);
  }

  /** The event, when it is at hand. */
  get(eventId: number): OutgoingEvent | undefined {
    return this.#kept.get(eventId);
  }

  /** Loads what is not at hand of these, as far as is sensible before it is sent. */
  async loadAhead(eventIds: Iterable<number>): Promise<void> {
    const missing = new Set<number>();
    for (const eventId of eventIds) if (!this.#kept.has(eventId)) missing.add(eventId);
    for (let bytes = 0; missing.size > 0 && bytes < AHEAD_BYTES;) {
      const { found, last } = await this.#portion([...missing]);
      for (const { body } of found) bytes += body.length;
      for (const eventId of missing) if (eventId <= last) missing.delete(eventId);
    }
  }

  /** @returns undefined: the event is not stored any more */
  load(eventId: number): Promise<OutgoingEvent | undefined> {
    let wait = this.#waits.get(eventId);
    if (!wait) {
      wait = newWait();
      this.#waits.set(eventId, wait);
      void this.#run();
    }
    return wait.loaded;
  }

  /** Serves those who wait, a portion at a time: whoever comes meanwhile shares the next one. */
  async #run(): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    while (this.#waits.size > 0) {
      const asked = [...this.#waits.keys()];
      try {
        const { found, last } = await this.#portion(asked);
        const byId = new Map(found.map((event) => [event.eventId, event]));
        for (const eventId of asked) if (eventId <= last) this.#take(eventId).end(byId.get(eventId));
      } catch (error) {
        for (const eventId of asked) this.#take(eventId).fail(error);
      }
    }
    this.#loading = false;
  }

  #take(eventId: number): Wait {
    const wait = this.#waits.get(eventId)!;
    this.#waits.delete(eventId);
    return wait;
  }

  /** @returns what was found, and the event up to which that is all there is */
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
