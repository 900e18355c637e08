/** How long a measured offset is trusted before it is measured again. */
const MEASURE_EVERY_MS = 15_000;

/**
 * The database's clock, seen from this process: `Date.now()` plus an offset measured from time to time, so that
 * all processes agree on what is due although their own clocks differ.
 */
export class DatabaseClock {
  #offsetMs = 0;
  #measuredAt = -Infinity;
  #measuring: Promise<void> | undefined;

  /** @param read asks the database for its time, in milliseconds since the epoch */
  constructor(private readonly read: () => Promise<number>) {}

  now(): number {
    if (performance.now() - this.#measuredAt > MEASURE_EVERY_MS && !this.#measuring) {
      // A failed measurement keeps the old offset; the next call tries again.
      this.measure().catch(() => undefined);
    }
    return Math.round(Date.now() + this.#offsetMs);
  }

  /** Difference to this process's clock in ms, positive when the database is ahead. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  measure(): Promise<void> {
    this.#measuring ??= this.#measureOnce().finally(() => (this.#measuring = undefined));
    return this.#measuring;
  }

  async #measureOnce(): Promise<void> {
    const sentAt = Date.now();
    const databaseNow = await this.read();
    const receivedAt = Date.now();
    this.#offsetMs = databaseNow - (sentAt + receivedAt) / 2;
    this.#measuredAt = performance.now();
  }
}
