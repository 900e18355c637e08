import { PlaceCounts } from './place-counts.js';

/** Number of names remembered. Beyond it, names that hold no place are forgotten. */
const IDLE_NAMES = 4_096;

/**
 * A limited number of places, and which tenants and origins hold them. Slots (one for each request in flight) and lanes are
 * divided by the two rules below. So receivers that hang delay nobody else, whether one tenant has many such receivers or
 * many tenants share one receiver.
 *
 * 1. An origin holds at most `perOrigin` places.
 * 2. The last quarter of all places is a *reserve* for newcomers. A tenant and an origin are newcomers if neither of them
 *    holds a place.
 */
export class Places {
  readonly #tenants = new PlaceCounts(IDLE_NAMES);
  readonly #origins = new PlaceCounts(IDLE_NAMES);
  #taken = 0;

  /**
   * @param size number of places, at least 1
   * @param perOrigin maximum number of places of one origin, at least 1
   */
  constructor(
    readonly size: number,
    private readonly perOrigin: number,
  ) {}

  get taken(): number {
    return this.#taken;
  }

  get free(): number {
    return this.size - this.#taken;
  }

  /** Whether only the reserve is left, so that only newcomers get a place. */
  get isReserveOnly(): boolean {
    return this.free <= Math.floor(this.size / 4);
  }

  /**
   * Whether neither the tenant nor the origin holds a place.
   *
   * @param origin '' if it is unknown: then only the tenant decides
   */
  isNewcomer(tenantUid: string, origin: string): boolean {
    return this.#tenants.of(tenantUid) === 0 && this.#origins.of(origin) === 0;
  }

  /** Whether the tenant gets a place for this origin now. */
  admits(tenantUid: string, origin: string): boolean {
    if (this.free <= 0) return false;
    if (this.#origins.of(origin) >= this.perOrigin) return false;
    return !this.isReserveOnly || this.isNewcomer(tenantUid, origin);
  }

  acquire(tenantUid: string, origin: string): void {
    this.#count(tenantUid, origin, 1);
  }

  release(tenantUid: string, origin: string): void {
    this.#count(tenantUid, origin, -1);
  }

  #count(tenantUid: string, origin: string, by: 1 | -1): void {
    this.#taken += by;
    this.#tenants.add(tenantUid, by);
    if (origin !== '') this.#origins.add(origin, by);
  }
}
