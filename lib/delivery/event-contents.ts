import type { EventContent } from '../persistence/lane-store.js';

/** An event as it goes out: its body's bytes are made once, however many transports it goes to. */
export interface OutgoingEvent {
  readonly eventId: number;
  readonly eventUid: string;
  readonly action: string;
  readonly body: Buffer;
}

/**
 * Bodies at hand, the least recently used dropped first, so that an event which goes to many transports, or was just
 * fanned out here, is not read again.
 */
export class EventContents {
  readonly #events = new Map<number, OutgoingEvent>();
  #bytes = 0;

  /** @param limitBytes how much is kept at most */
  constructor(private readonly limitBytes: number) {}

  get(eventId: number): OutgoingEvent | undefined {
    const event = this.#events.get(eventId);
    if (event) {
      // A Map keeps the order of insertion: the first is the least recently used.
      this.#events.delete(eventId);
      this.#events.set(eventId, event);
    }
    return event;
  }

  has(eventId: number): boolean {
    return this.#events.has(eventId);
  }

  add({ eventId, eventUid, action, body }: EventContent): OutgoingEvent {
    const known = this.#events.get(eventId);
    if (known) return known;
    const event = { eventId, eventUid, action, body: Buffer.from(body, 'utf8') };
    this.#events.set(eventId, event);
    this.#bytes += event.body.length;
    if (this.#bytes > this.limitBytes) this.#forgetOldest();
    return event;
  }

  /**
   * Makes room for a while: a quarter at once, since a Map from whose head one entry at a time is deleted is walked past
   * all those deleted ones again and again.
   */
  #forgetOldest(): void {
    const target = this.limitBytes * 0.75;
    const newest = this.#events.size - 1;
    let seen = 0;
    for (const [eventId, { body }] of this.#events) {
      if (this.#bytes <= target || seen++ === newest) break;
      this.#events.delete(eventId);
      this.#bytes -= body.length;
    }
  }
}
