/** How long a measured offset is trusted before it is measured again. */
const MEASURE_EVERY_MS = 15_000;
/** A database that cannot be asked is not asked more often than this. */
const RETRY_EVERY_MS = 1_000;
/** An answer that took longer says too little about the moment at which it was given. */
const LONGEST_ROUND_TRIP_MS = 1_000;
/** An answer this quick tells the time better than the module needs it. */
const PRECISE_ROUND_TRIP_MS = 50;
/** By more than this the process's clock does not run wrong: it has been set, or the process has been suspended. */
const STEP_MS = 500;

/**
 * The database's clock, seen from this process: `Date.now()` plus an offset measured from time to time, so that
 * all processes agree on what is due although their own clocks differ.
 */
export class DatabaseClock {
  #offsetMs = 0;
  #isMeasured = false;
  /** What has to be added to `performance.now()`, as `offsetMs` to `Date.now()`. */
  #steadyOffsetMs = 0;
  #measureAt = -Infinity;
  #retryAt = -Infinity;
  #freshUntil = -Infinity;
  #measuring: Promise<void> | undefined;

  /** @param read asks the database for its time, in milliseconds since the epoch */
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
    // Until it is measured again nothing may happen too early; a little too late does no harm.
    return Math.round(hasStepped ? Math.min(now, steady) : now);
  }

  /** Difference to this process's clock in ms, positive when the database is ahead. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** Asks the database now. Calls while an answer is under way share it. */
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
   * Takes over a time that another statement brought along.
   *
   * @param databaseNow ms since the epoch
   * @param sentAt when the statement was sent, performance.now()
   */
  adopt(databaseNow: number, sentAt: number): void {
    const receivedAt = performance.now();
    const roundTripMs = receivedAt - sentAt;
    // It may have waited for a connection. As long as a better answer is fresh, that one is kept.
    const isPrecise = roundTripMs <= PRECISE_ROUND_TRIP_MS || receivedAt > this.#freshUntil;
    if (this.#isMeasured && (!isPrecise || roundTripMs > LONGEST_ROUND_TRIP_MS)) return;
    this.#isMeasured = true;
    this.#offsetMs = databaseNow + roundTripMs / 2 - Date.now();
    this.#steadyOffsetMs = databaseNow + roundTripMs / 2 - receivedAt;
    this.#measureAt = receivedAt + MEASURE_EVERY_MS;
    this.#freshUntil = this.#measureAt;
  }
}
