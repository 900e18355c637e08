/**
 * Number of places taken, by name. Entries stay when they fall to 0, because V8 rebuilds a Map whose keys are added and
 * deleted all the time.
 */
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

/** Number of names remembered. Beyond it, names that hold no place are forgotten. */
const IDLE_NAMES = 4_096;

/**
 * A limited number of places, and which tenants and origins hold them. Slots (requests in flight) and lanes are divided by
 * the same two rules. So hanging receivers delay nobody else, whether one tenant has many of them or many tenants share one:
 *
 * 1. An origin holds at most `perOrigin` places.
 * 2. The last quarter of all places is a *reserve* for newcomers: tenants and origins that hold none.
 */
export class Places {
  readonly #tenants = new Counts(IDLE_NAMES);
  readonly #origins = new Counts(IDLE_NAMES);
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

  /** @param origin '' if it is unknown: then only the tenant decides */
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
