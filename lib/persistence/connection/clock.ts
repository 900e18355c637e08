/** How long a measured offset is used before it is measured again. */
const MEASURE_EVERY_MS = 15_000;
/** Minimum interval between two measurements while the database does not respond. */
const RETRY_EVERY_MS = 1_000;
/**
 * The result of a slower round trip is discarded, unless it is the first one: the moment at which the database read its clock
 * is too uncertain.
 */
const LONGEST_ROUND_TRIP_MS = 1_000;
/** A round trip up to this long measures the time precisely enough for the module. */
const PRECISE_ROUND_TRIP_MS = 50;
/**
 * If `Date.now()` and `performance.now()` have diverged by more than this, it is not drift: somebody set the machine's clock,
 * or the machine slept, during which `performance.now()` stands still.
 */
const STEP_MS = 500;

/**
 * The database's clock, seen from this process: `Date.now()` plus an offset that is measured regularly. All processes
 * therefore agree on which work is due, although their own clocks differ.
 */
export class DatabaseClock {
  #offsetMs = 0;
  #isMeasured = false;
  /** Offset to add to `performance.now()`, as `offsetMs` is added to `Date.now()`. */
  #steadyOffsetMs = 0;
  #measureAt = -Infinity;
  #retryAt = -Infinity;
  #freshUntil = -Infinity;
  #measuring: Promise<void> | undefined;

  /** @param read reads the database's clock, in milliseconds since the epoch */
  constructor(private readonly read: () => Promise<number>) {}

  now(): number {
    const steadyNow = performance.now();
    const now = Date.now() + this.#offsetMs;
    const steady = this.#isMeasured ? steadyNow + this.#steadyOffsetMs : now;
    const hasStepped = Math.abs(now - steady) > STEP_MS;
    if (steadyNow > (hasStepped ? this.#retryAt : this.#measureAt) && !this.#measuring) {
      // A failed measurement keeps the old offset.
      this.measure().catch(() => undefined);
    }
    // Until the next measurement, use the earlier of the two times: acting too early is wrong, acting a little late is harmless.
    return Math.round(hasStepped ? Math.min(now, steady) : now);
  }

  /** Difference from this process's clock in ms: positive if the database is ahead. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** Measures the clock now. Concurrent calls share one query. */
  measure(): Promise<void> {
    this.#measuring ??= this.#measureOnce().finally(() => (this.#measuring = undefined));
    return this.#measuring;
  }

  async #measureOnce(): Promise<void> {
    const sentAt = performance.now();
    this.#retryAt = sentAt + RETRY_EVERY_MS;
    this.#measureAt = this.#retryAt;
    this.adopt(await this.read(), sentAt);
  }

  /**
   * Measures the clock by a time that a statement returned.
   *
   * @param databaseNow ms since the epoch
   * @param sentAt when the statement was sent, performance.now()
   */
  adopt(databaseNow: number, sentAt: number): void {
    const receivedAt = performance.now();
    const roundTripMs = receivedAt - sentAt;
    // The statement may have waited for a connection. While a more precise measurement is fresh, keep that one.
    const isPrecise = roundTripMs <= PRECISE_ROUND_TRIP_MS || receivedAt > this.#freshUntil;
    if (this.#isMeasured && (!isPrecise || roundTripMs > LONGEST_ROUND_TRIP_MS)) return;
    this.#isMeasured = true;
    this.#offsetMs = databaseNow + roundTripMs / 2 - Date.now();
    this.#steadyOffsetMs = databaseNow + roundTripMs / 2 - receivedAt;
    this.#measureAt = receivedAt + MEASURE_EVERY_MS;
    this.#freshUntil = this.#measureAt;
  }
}
