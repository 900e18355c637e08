import type { EventContent } from '../../persistence/lane-store.js';

/** An event as it goes out: its body's bytes are made once, however many transports it goes to. */
export interface OutgoingEvent {
  readonly eventId: number;
  readonly eventUid: string;
  readonly action: string;
  readonly body: Buffer;
}

interface Kept {
  readonly event: OutgoingEvent;
  /** Somebody has asked for it since it was last passed over. */
  isUsed: boolean;
}

/**
 * Bodies at hand, so that an event which goes to many transports, or was just fanned out here, is not read again. What
 * nobody has asked for of late is dropped first (*second chance*): to move each one to the end when it is asked for, as
 * a list by last use does, would make the Map anew all the time, and keep the collector busy with the old ones.
 */
export class EventContents {
  /** The one added or passed over first is in front: a Map keeps the order of insertion. */
  readonly #kept = new Map<number, Kept>();
  #bytes = 0;

  /** @param limitBytes how much is kept at most */
  constructor(private readonly limitBytes: number) {}

  get(eventId: number): OutgoingEvent | undefined {
    const kept = this.#kept.get(eventId);
    if (!kept) return undefined;
    kept.isUsed = true;
    return kept.event;
  }

  has(eventId: number): boolean {
    return this.#kept.has(eventId);
  }

  add({ eventId, eventUid, action, body }: EventContent): OutgoingEvent {
    const known = this.#kept.get(eventId);
    if (known) return known.event;
    const event = { eventId, eventUid, action, body: Buffer.from(body, 'utf8') };
    this.#kept.set(eventId, { event, isUsed: false });
    this.#bytes += event.body.length;
    if (this.#bytes > this.limitBytes) this.#makeRoom(eventId);
    return event;
  }

  /**
   * Makes room for a while: a quarter at once, since a Map from whose head one entry at a time is deleted is walked past
   * all those deleted ones again and again. It ends: whoever is passed over has lost its second chance.
   */
  #makeRoom(newestId: number): void {
    const target = this.limitBytes * 0.75;
    for (const [eventId, kept] of this.#kept) {
      if (this.#bytes <= target || this.#kept.size === 1) break;
      if (eventId === newestId) continue;
      this.#kept.delete(eventId);
      if (kept.isUsed) this.#kept.set(eventId, { event: kept.event, isUsed: false });
      else this.#bytes -= kept.event.body.length;
    }
  }
}
