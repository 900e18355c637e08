/**
 * If the wall clock and the monotonic clock drift apart by more than this between two reads, in ms, the machine has slept or its
 * wall clock was set.
 */
const STEP_MS = 500;

/**
 * A monotonic clock that also advances while the machine sleeps: `performance.now()` stands still during a suspend
 * (CLOCK_MONOTONIC on Linux), so a lease measured with it alone would seem valid after waking. If the wall clock is set
 * forward without a sleep, this clock advances too: leases then expire early, which is safe. It never goes back.
 */
export class ElapsedClock {
  #skippedMs = 0;
  /** Wall clock minus monotonic clock, at the last read. */
  #difference: number;

  constructor(
    private readonly monotonicNow: () => number = () => performance.now(),
    private readonly wallNow: () => number = Date.now,
  ) {
    this.#difference = wallNow() - monotonicNow();
  }

  /** Milliseconds since an arbitrary moment. */
  now(): number {
    const monotonic = this.monotonicNow();
    const difference = this.wallNow() - monotonic;
    const gap = difference - this.#difference;
    this.#difference = difference;
    if (gap > STEP_MS) this.#skippedMs += gap;
    return monotonic + this.#skippedMs;
  }
}
