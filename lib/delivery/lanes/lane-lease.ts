import { leaseFor } from '../../domain/lease.js';

/** Time that must be left of a lease after the deadline of an attempt, in ms, because a timer may fire late. */
const TIMER_MARGIN_MS = 500;

/** The lease of a lane that this process holds. Every instant is on the `ElapsedClock`. */
export class LaneLease {
  #lastsMs: number;
  /** The lane is held at least until then. */
  #endsAt: number;
  /** When the latest release with an unknown result was noticed; -Infinity: there was none. */
  #doubtedAt = -Infinity;

  /** @param claimedAt before the query that claimed the lane was sent */
  constructor(
    /** Fencing token: rises with each claim. */
    readonly token: number,
    lastsMs: number,
    claimedAt: number,
  ) {
    this.#lastsMs = lastsMs;
    this.#endsAt = claimedAt + lastsMs;
  }

  /** Length of the lease after a renewal, in ms. */
  get lastsMs(): number {
    return this.#lastsMs;
  }

  /** Whether the lease leaves time for a whole attempt. No other process sends for this lane before the lease has ended. */
  covers(timeoutMs: number, elapsedNow: number): boolean {
    return elapsedNow + timeoutMs + TIMER_MARGIN_MS <= this.#endsAt;
  }

  /** Whether a third of the lease has passed. */
  needsRenewal(elapsedNow: number): boolean {
    return this.#endsAt - elapsedNow < (this.#lastsMs * 2) / 3;
  }

  /**
   * The lease was renewed. A renewal that was sent before `doubt` was called proves nothing: it may have been committed before
   * the release, although its result arrives later.
   *
   * @param askedAt before the query was sent
   */
  renewed(askedAt: number): void {
    if (askedAt > this.#doubtedAt) this.#endsAt = askedAt + this.#lastsMs;
  }

  /** Makes the lease longer if the time limit of an attempt needs it. This takes effect with the next renewal. */
  coverFromNowOn(timeoutMs: number): void {
    this.#lastsMs = Math.max(this.#lastsMs, leaseFor(timeoutMs));
  }

  /** The lease covers nothing until a later renewal has shown that the lane is still held. */
  doubt(elapsedNow: number): void {
    this.#endsAt = -Infinity;
    this.#doubtedAt = elapsedNow;
  }
}
