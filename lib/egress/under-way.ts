/** An element of an `UnderWay` list. */
export interface Placed {
  /** Index of the element. Only the list that contains it sets it. */
  place: number;
}

/**
 * An unordered list of requests in flight. Each request is added and removed once, and a Set would make that expensive.
 * V8 rebuilds a Set with many additions and removals again and again, and each old table links to the next one.
 * Once an old table is in the old generation, it keeps all later tables and their requests alive until a full collection
 * (measured: a third of the garbage collector's work).
 */
export class UnderWay<T extends Placed> {
  readonly #all: T[] = [];

  add(one: T): void {
    one.place = this.#all.push(one) - 1;
  }

  /** @param one an element of the list */
  remove(one: T): void {
    const last = this.#all.pop()!;
    if (last === one) return;
    this.#all[one.place] = last;
    last.place = one.place;
  }

  /** A copy of the list, because the list may change while the caller iterates. */
  snapshot(): T[] {
    return [...this.#all];
  }
}
