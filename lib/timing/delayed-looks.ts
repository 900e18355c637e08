/** Times of the looks, in ms after the start: close together while most transactions end, then as far apart as polls. */
const DELAYS_MS = [5, 20, 80, 250];
/** Looks that are due within this many ms are merged. */
const GRAIN_MS = 5;

/**
 * Looks a few times after something was started whose end nobody reports. Looks of overlapping starts are merged, so there
 * are at most `1,000 / GRAIN_MS` per second however many starts there are. The last look is about 250 ms after the last
 * start.
 */
export class DelayedLooks {
  /** Due times in units of `GRAIN_MS`, performance.now(). */
  readonly #due = new Set<number>();
  #timer: NodeJS.Timeout | undefined;
  #firesAt = Infinity;

  /** @param look must not throw */
  constructor(private readonly look: () => void) {}

  /** Looks about 5, 20, 80 and 250 ms from now. */
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
    // The timer does not keep the process alive: polling finds the events that are missed when the process ends.
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
