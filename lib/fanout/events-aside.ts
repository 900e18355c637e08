/** First and longest pause before an event is tried again, in ms. The pause doubles each time. */
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 5_000;
/**
 * An entry is removed this long after its pause has ended, in ms. Otherwise the entries of events that another process has fanned
 * out would stay forever.
 */
const FORGET_MS = 60_000;

interface Aside {
  pauseMs: number;
  /** performance.now() */
  until: number;
}

/**
 * Events that could not be fanned out completely, because of the event itself or a locked lane, and when each is tried again. They
 * stay in the outbox.
 */
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

  /** The event was fanned out. */
  delete(eventId: number): void {
    this.#events.delete(eventId);
  }

  /** Time until the next event is tried again, in ms; undefined: there is none. */
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
