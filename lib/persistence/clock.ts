/** How long a measured offset is trusted before it is measured again. */
const MEASURE_EVERY_MS = 15_000;
/** A database that cannot be asked is not asked more often than this. */
const RETRY_EVERY_MS = 1_000;
/** An answer that took longer says too little about the moment at which it was given. */
const LONGEST_ROUND_TRIP_MS = 1_000;

/**
 * The database's clock, seen from this process: `Date.now()` plus an offset measured from time to time, so that
 * all processes agree on what is due although their own clocks differ.
 */
export class DatabaseClock {
  #offsetMs = 0;
  #isMeasured = false;
  #measureAt = -Infinity;
  #measuring: Promise<void> | undefined;

  /** @param read asks the database for its time, in milliseconds since the epoch */
  constructor(private readonly read: () => Promise<number>) {}

  now(): number {
    if (performance.now() > this.#measureAt && !this.#measuring) {
      // A failed measurement keeps the old offset.
      this.measure().catch(() => undefined);
    }
    return Math.round(Date.now() + this.#offsetMs);
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
    this.#measureAt = performance.now() + RETRY_EVERY_MS;
    const sentAt = Date.now();
    const databaseNow = await this.read();
    const receivedAt = Date.now();
    if (this.#isMeasured && receivedAt - sentAt > LONGEST_ROUND_TRIP_MS) return;
    this.#isMeasured = true;
    this.#offsetMs = databaseNow - (sentAt + receivedAt) / 2;
    this.#measureAt = performance.now() + MEASURE_EVERY_MS;
  }
}
