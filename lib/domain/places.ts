/** Occupied places by name. Entries stay when they fall to 0, since a Map that loses and gains keys all the time is rebuilt. */
class Counts {
  readonly #counts = new Map<string, number>();

  constructor(private readonly mostIdle: number) {}

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  add(name: string, by: 1 | -1): void {
    this.#counts.set(name, this.of(name) + by);
    if (by === -1 && this.#counts.size > this.mostIdle) this.#prune();
  }

  #prune(): void {
    for (const [name, count] of this.#counts) if (count === 0) this.#counts.delete(name);
  }
}

/** Names remembered beyond those that hold a place. */
const IDLE_NAMES = 4_096;

/**
 * A limited number of places, and which tenants and origins hold them. Slots (requests in flight) and lanes are divided
 * by the same two rules, so that hanging receivers delay nobody else, be it one tenant with many receivers or one
 * receiver with many tenants:
 *
 * 1. An origin holds at most `perOrigin` places.
 * 2. The last quarter of all places is a *reserve* for newcomers: tenants and origins that hold none.
 */
export class Places {
  readonly #tenants = new Counts(IDLE_NAMES);
  readonly #origins = new Counts(IDLE_NAMES);
  #taken = 0;

  /**
   * @param size all places, at least 1
   * @param perOrigin places of one origin, at least 1
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

  /** Whether only newcomers get one of the places that are left. */
  get isReserveOnly(): boolean {
    return this.free <= Math.floor(this.size / 4);
  }

  /** @param origin '' if it is unknown: then only the tenant counts */
  isNewcomer(tenantUid: string, origin: string): boolean {
    return this.#tenants.of(tenantUid) === 0 && (origin === '' || this.#origins.of(origin) === 0);
  }

  /** Whether the tenant gets a place for this origin now. */
  admits(tenantUid: string, origin: string): boolean {
    if (this.free <= 0) return false;
    if (origin !== '' && this.#origins.of(origin) >= this.perOrigin) return false;
    return !this.isReserveOnly || this.isNewcomer(tenantUid, origin);
  }

  take(tenantUid: string, origin: string): void {
    this.#count(tenantUid, origin, 1);
  }

  give(tenantUid: string, origin: string): void {
    this.#count(tenantUid, origin, -1);
  }

  #count(tenantUid: string, origin: string, by: 1 | -1): void {
    this.#taken += by;
    this.#tenants.add(tenantUid, by);
    if (origin !== '') this.#origins.add(origin, by);
  }
}
