/**
 * The earlier one of two dates.
 *
 * @param a ms since the epoch; null: never
 * @param b as `a`
 */
export const earlierDate = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b);
