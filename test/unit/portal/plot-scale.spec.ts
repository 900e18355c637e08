import { describe, expect, it } from '@jest/globals';
import { niceDuration, niceMaximum } from '../../../portal/src/parts/plot-scale.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

describe('the end of an axis', () => {
  it.each([
    [0, 1],
    [7, 10],
    [180, 200],
    [1_100, 2_000],
  ])('of counts up to %i is %i', (value, end) => {
    expect(niceMaximum(value)).toBe(end);
  });

  it.each([
    [0, 1],
    [140, 200],
    [1_001, 2_000],
    [9_100, 10_000],
    [45_000, MINUTE_MS],
    [8.4 * MINUTE_MS, 10 * MINUTE_MS],
    [61 * MINUTE_MS, 120 * MINUTE_MS],
    [DAY_MS + 1, 2 * DAY_MS],
    [2 * DAY_MS + 1, 4 * DAY_MS],
  ])('of durations up to %i ms is %i ms, so that its half is easy to read', (value, end) => {
    expect(niceDuration(value)).toBe(end);
  });
});
