/** Times of the calls, in ms after the start. They are close together at first, because most transactions end soon. */
const DELAYS_MS = [5, 20, 80, 250];
/** Calls that are due within this many ms are merged. */
const GRAIN_MS = 5;

/**
 * Calls `look` several times after a start, for work whose end nobody reports, such as a transaction of a library without
 * commit hooks. Calls for overlapping starts are merged, so there are at most `1,000 / GRAIN_MS` calls per second, however
 * many starts there are. The last call is about 250 ms after the last start.
 */
export class DelayedLooks {
  /** Due times in units of `GRAIN_MS`, on the clock of performance.now(). */
  readonly #due = new Set<number>();
  #timer: NodeJS.Timeout | undefined;
  #firesAt = Infinity;

  /** @param look must not throw */
  constructor(private readonly look: () => void) {}

  /** Schedules calls about 5, 20, 80 and 250 ms from now. */
  start(): void {
    const now = performance.now();
    for (const delayMs of DELAYS_MS) this.#due.add(Math.ceil((now + delayMs) / GRAIN_MS));
    this.#arm();
  }

  #arm(): void {
    let next = Infinity;
    for (const at of this.#due) next = Math.min(next, at);
    if (next >= this.#firesAt || next === Infinity) return;
    clearTimeout(this.#timer);
    this.#firesAt = next;
    // The timer does not keep the process alive. If the process ends first, another one finds the work at its next work check or poll.
    this.#timer = setTimeout(() => this.#fire(), next * GRAIN_MS - performance.now()).unref();
  }

  #fire(): void {
    // A timer may fire up to a millisecond early.
    const now = (performance.now() + 1) / GRAIN_MS;
    this.#firesAt = Infinity;
    for (const at of this.#due) if (at <= now) this.#due.delete(at);
    this.#arm();
    this.look();
  }
}
