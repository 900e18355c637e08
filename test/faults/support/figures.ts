import { expect } from '@jest/globals';

/** The value that `percent` of all values do not exceed. Infinity if there is no value, because that proves nothing. */
export function percentile(values: readonly number[], percent: number): number {
  const ascending = [...values].sort((a, b) => a - b);
  return ascending[Math.ceil((ascending.length * percent) / 100) - 1] ?? Infinity;
}

/** The greatest value. Infinity if there is no value, because that proves nothing. */
export const worst = (values: readonly number[]): number => percentile(values, 100);

/** Each measured figure with the promised maximum, by its name. */
export type Figures = Record<string, readonly [measured: number, atMost: number]>;

/** Fails with all figures that exceed what is promised, and not only with the first. */
export function expectAtMost(figures: Figures): void {
  const exceeding = Object.entries(figures).filter(([, [measured, atMost]]) => !(measured <= atMost));
  const lines = exceeding.map(([what, [measured, atMost]]) => `${what}: ${measured}, promised: ${atMost}`);
  expect(lines).toEqual([]);
}

const EXAMPLES = 3;

/** Fails unless each expected text came exactly once and no other came. The error counts the wrong ones, with examples. */
export function expectEachOnce(came: readonly string[], expected: readonly string[]): void {
  const [once, wanted] = [new Set(came), new Set(expected)];
  const wrong = {
    missing: expected.filter((one) => !once.has(one)),
    unexpected: [...once].filter((one) => !wanted.has(one)),
    repeated: came.filter((one, index) => came.indexOf(one) !== index),
  };
  const lines = Object.entries(wrong)
    .filter(([, { length }]) => length > 0)
    .map(([what, all]) => `${all.length} ${what}, e.g. ${all.slice(0, EXAMPLES).join(', ')}`);
  expect(lines).toEqual([]);
}
