/** What can stand in it. */
export interface Placed {
  /** Where it stands; belongs to the list that it is in. */
  place: number;
}

/**
 * A list of what is under way, in no order. It is entered and left once for each request, and that must leave nothing behind:
 * a Set that many objects come to and go from is made anew again and again, each time with a link from the old one to the
 * next. Once the collector holds one of those for old, it keeps all that came later with all its requests until a full
 * collection (measured: a third of what the collector did).
 */
export class UnderWay<T extends Placed> {
  readonly #all: T[] = [];

  add(one: T): void {
    one.place = this.#all.push(one) - 1;
  }

  /** @param one is in it */
  remove(one: T): void {
    const last = this.#all.pop()!;
    if (last === one) return;
    this.#all[one.place] = last;
    last.place = one.place;
  }

  /** As it is now: what is done with them may change it. */
  snapshot(): T[] {
    return [...this.#all];
  }
}
