/** At most `requests` requests in any period of `perSeconds` seconds. */
export interface RateLimit {
  readonly requests: number;
  readonly perSeconds: number;
}

/** The rate limit in the two columns of a transport; null: no limit. */
export const rateLimitOf = ({
  rateLimitRequests: requests,
  rateLimitPerSeconds: perSeconds,
}: {
  readonly rateLimitRequests: number | null;
  readonly rateLimitPerSeconds: number | null;
}): RateLimit | null => (requests === null || perSeconds === null ? null : { requests, perSeconds });

/** State for the next holder: `used` requests count until `usedUntil`. */
export interface RateState {
  readonly used: number;
  /** ms since the epoch. */
  readonly usedUntil: number;
}

/**
 * Counts requests in a sliding window, exactly: no period of `perSeconds` contains more than `requests`. The requests of an
 * earlier holder count until the last of them has left the window.
 */
export class RateWindow {
  /** When each request was sent, oldest first, from `#from` on. */
  #sentAt: number[] = [];
  #from = 0;

  constructor(
    private readonly limit: RateLimit,
    private readonly inherited: RateState,
  ) {}

  /** When the next request may be sent: `nowMs` or later. */
  nextAt(nowMs: number): number {
    this.#forget(nowMs);
    const inherited = this.#inherited(nowMs);
    const own = this.#sentAt.length - this.#from;
    if (own + inherited < this.limit.requests) return nowMs;
    const oldestLeavesAt = own > 0 ? this.#sentAt[this.#from]! + this.#windowMs : Infinity;
    return Math.min(oldestLeavesAt, inherited > 0 ? this.inherited.usedUntil : Infinity);
  }

  sent(nowMs: number): void {
    this.#sentAt.push(nowMs);
  }

  /** The state for the next holder. */
  state(nowMs: number): RateState {
    this.#forget(nowMs);
    const own = this.#sentAt.length - this.#from;
    const inherited = this.#inherited(nowMs);
    return {
      used: own + inherited,
      usedUntil: Math.max(
        own > 0 ? this.#sentAt.at(-1)! + this.#windowMs : 0,
        inherited > 0 ? this.inherited.usedUntil : 0,
      ),
    };
  }

  get #windowMs(): number {
    return this.limit.perSeconds * 1_000;
  }

  #inherited(nowMs: number): number {
    return this.inherited.usedUntil > nowMs ? this.inherited.used : 0;
  }

  #forget(nowMs: number): void {
    while (this.#from < this.#sentAt.length && this.#sentAt[this.#from]! + this.#windowMs <= nowMs)
      this.#from++;
    if (this.#from > this.limit.requests) {
      this.#sentAt = this.#sentAt.slice(this.#from);
      this.#from = 0;
    }
  }
}
