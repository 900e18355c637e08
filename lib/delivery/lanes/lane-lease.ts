import { leaseFor } from '../../domain/lease.js';

/** What must be left of a lease beyond the attempt's own deadline, for a timer that fires late. */
const TIMER_MARGIN_MS = 500;

/** Until when this process holds a lane. Every instant is one of the `ElapsedClock`. */
export class LaneLease {
  #lastsMs: number;
  /** The lane is held at least until then. */
  #endsAt: number;

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

  /** How long a renewal extends it, in ms. */
  get lastsMs(): number {
    return this.#lastsMs;
  }

  /** Whether it leaves time for a whole attempt: no other process sends for this lane before it has ended. */
  covers(timeoutMs: number, elapsedNow: number): boolean {
    return elapsedNow + timeoutMs + TIMER_MARGIN_MS <= this.#endsAt;
  }

  /** Whether a third of it has gone. */
  needsRenewal(elapsedNow: number): boolean {
    return this.#endsAt - elapsedNow < (this.#lastsMs * 2) / 3;
  }

  /** @param askedAt before the query was sent */
  renewed(askedAt: number): void {
    this.#endsAt = askedAt + this.#lastsMs;
  }

  /** A longer time-out needs a longer lease, from the next renewal on. */
  coverFromNowOn(timeoutMs: number): void {
    this.#lastsMs = Math.max(this.#lastsMs, leaseFor(timeoutMs));
  }

  /** It covers nothing before a renewal has shown that the lane is still held. */
  doubt(): void {
    this.#endsAt = -Infinity;
  }
}
