/** Returns the next number from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number;

/** A generator (mulberry32) that gives the same numbers each time, so that every new database has the same story. */
export function seededRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from `minimum` to `maximum`, both inclusive. */
export const between = (random: Random, minimum: number, maximum: number): number =>
  minimum + Math.floor(random() * (maximum - minimum + 1));

/** One of the items, each with a probability that is proportional to its weight. */
export function pick<Item extends { readonly weight: number }>(random: Random, items: readonly Item[]): Item {
  let rest = random() * items.reduce((sum, { weight }) => sum + weight, 0);
  const picked = items.find(({ weight }) => (rest -= weight) < 0) ?? items.at(-1);
  if (picked === undefined) throw new Error('There is nothing to pick from.');
  return picked;
}
