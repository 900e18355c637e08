/** What must be left of a lease beyond the attempt's own deadline, for a timer that fires late. */
const LEASE_MARGIN_MS = 500;

/** Until when a lane is ours. Every instant is performance.now(). */
export class LaneLease {
  #token: number;
  #lastsMs: number;
  /** The lane is ours at least until then. */
  #endsAt: number;

  /** @param takenAt before the query that took the lane was sent */
  constructor(token: number, lastsMs: number, takenAt: number) {
    this.#token = token;
    this.#lastsMs = lastsMs;
    this.#endsAt = takenAt + lastsMs;
  }

  /** Rises with each take: whoever has an older one holds nothing any more. */
  get token(): number {
    return this.#token;
  }

  /** How long a renewal extends it. */
  get lastsMs(): number {
    return this.#lastsMs;
  }

  /** Whether it leaves room for a whole attempt: nobody else will send for this lane before it has ended. */
  covers(timeoutMs: number, monotonicNow: number): boolean {
    return monotonicNow + timeoutMs + LEASE_MARGIN_MS <= this.#endsAt;
  }

  /** A third of it has gone. */
  needsRenewal(monotonicNow: number): boolean {
    return this.#endsAt - monotonicNow < (this.#lastsMs * 2) / 3;
  }

  /** @param askedAt before the query was sent */
  renewed(askedAt: number): void {
    this.#endsAt = askedAt + this.#lastsMs;
  }

  /** It ran out and this process took the lane again. @returns false: somebody else has held it meanwhile */
  retaken(token: number, lastsMs: number, takenAt: number): boolean {
    if (token !== this.#token + 1) return false;
    this.#token = token;
    this.#endsAt = takenAt + lastsMs;
    return true;
  }

  /** A longer time-out wants a longer lease, from the next renewal on. */
  coverFromNowOn(timeoutMs: number): void {
    this.#lastsMs = Math.max(this.#lastsMs, 2 * timeoutMs + 2_000);
  }

  /** Nobody knows whether it is still ours: it covers nothing before a renewal has shown it. */
  doubt(): void {
    this.#endsAt = -Infinity;
  }
}
