import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_RETRY_SCHEDULE_MS, nextDelayMs } from '../../../lib/domain/retry-schedule.js';

describe('the retry schedule', () => {
  it('is the documented one by default', () => {
    const hour = 3_600_000;
    const hours = [2, 5, 10, 14, 20, 24].map((count) => count * hour);
    expect(DEFAULT_RETRY_SCHEDULE_MS).toEqual([5_000, 300_000, hour / 2, ...hours]);
  });

  it('waits as scheduled, 20 % less at the least and 20 % more at the most', () => {
    expect([0, 0.5, 1].map((random) => nextDelayMs([1_000, 5_000], 2, random))).toEqual([
      4_000, 5_000, 6_000,
    ]);
    fc.assert(
      fc.property(
        fc.nat({ max: 604_800_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (wait, random) => {
          const delay = nextDelayMs([wait], 1, random)!;
          expect(Number.isInteger(delay)).toBe(true);
          expect(Math.abs(delay - wait)).toBeLessThanOrEqual(wait * 0.2 + 0.5);
        },
      ),
    );
  });

  it('allows one attempt more than it has waits', () => {
    expect(nextDelayMs([10, 20], 1, 0.5)).toBe(10);
    expect(nextDelayMs([10, 20], 2, 0.5)).toBe(20);
    expect(nextDelayMs([10, 20], 3, 0.5)).toBeUndefined();
    expect(nextDelayMs([], 1, 0.5)).toBeUndefined();
  });
});
