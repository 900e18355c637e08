/** The first pause before an event is tried again, and the longest, in ms: it doubles each time. */
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 5_000;
/** An entry whose event nobody has asked for this long was fanned out by another process. */
const FORGET_MS = 60_000;

interface Aside {
  pauseMs: number;
  /** performance.now() */
  until: number;
}

/** Events that could not be fanned out for a reason of their own, and when each is tried again. They stay on the outbox. */
export class EventsAside {
  readonly #events = new Map<number, Aside>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  isWaiting(eventId: number): boolean {
    const aside = this.#events.get(eventId);
    return aside !== undefined && aside.until > this.now();
  }

  add(eventId: number): void {
    const before = this.#events.get(eventId)?.pauseMs;
    const pauseMs = before === undefined ? FIRST_PAUSE_MS : Math.min(2 * before, LONGEST_PAUSE_MS);
    this.#events.set(eventId, { pauseMs, until: this.now() + pauseMs });
  }

  /** It was fanned out. */
  delete(eventId: number): void {
    this.#events.delete(eventId);
  }

  /** How long until the next one is tried again, in ms; undefined: there is none. */
  get nextInMs(): number | undefined {
    const now = this.now();
    let next: number | undefined;
    for (const [eventId, { until }] of this.#events) {
      if (until < now - FORGET_MS) this.#events.delete(eventId);
      else next = Math.min(next ?? Infinity, Math.max(0, until - now));
    }
    return next;
  }
}
