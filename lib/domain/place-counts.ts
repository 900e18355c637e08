/**
 * Number of places taken, by the name of their holder (a tenant or an origin). Entries stay when they fall to 0, because V8
 * rebuilds a Map whose keys are added and deleted all the time.
 */
export class PlaceCounts {
  readonly #counts = new Map<string, number>();

  /** @param mostIdle if more names are remembered, a release forgets those that hold no place */
  constructor(private readonly mostIdle: number) {}

  /** Number of names that are remembered. */
  get size(): number {
    return this.#counts.size;
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  add(name: string, by: 1 | -1): void {
    this.#counts.set(name, this.of(name) + by);
    if (by === -1 && this.size > this.mostIdle) this.#prune();
  }

  #prune(): void {
    for (const [name, count] of this.#counts) if (count === 0) this.#counts.delete(name);
  }
}
