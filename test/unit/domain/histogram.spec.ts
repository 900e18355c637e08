import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bucketOf, DurationCounter, HISTOGRAM_ERROR, percentile } from '../../../lib/domain/histogram.js';

const histogramOf = (durations: readonly number[]) => {
  const counter = new DurationCounter();
  for (const duration of durations) counter.add(duration);
  return counter.histogram;
};
const exact = (durations: readonly number[], share: number): number =>
  [...durations].sort((a, b) => a - b)[Math.max(1, Math.ceil(durations.length * share)) - 1]!;

const MOST_MS = 28 * 86_400_000;
const durations = fc.array(fc.integer({ min: 1, max: MOST_MS }), { minLength: 1, maxLength: 200 });
const shares = fc.constantFrom(0.5, 0.95, 0.99);

describe('A histogram of durations', () => {
  it('has percentiles with an error of at most 10 %', () => {
    expect(HISTOGRAM_ERROR).toBeLessThanOrEqual(0.1);
    fc.assert(
      fc.property(durations, shares, (all, share) => {
        const [is, shouldBe] = [percentile(histogramOf(all), share)!, exact(all, share)];
        expect(Math.abs(is / shouldBe - 1)).toBeLessThanOrEqual(HISTOGRAM_ERROR + 1e-6);
      }),
    );
  });

  it('merges two histograms as if all durations had been counted in one', () => {
    fc.assert(
      fc.property(durations, durations, (some, others) => {
        const counter = new DurationCounter();
        counter.merge(histogramOf(some));
        counter.merge(histogramOf(others));
        expect(counter.histogram).toEqual(histogramOf([...some, ...others]));
      }),
    );
  });

  it('has no percentile without durations', () => {
    expect(percentile([], 0.5)).toBeUndefined();
    expect(percentile([0, 0], 0.5)).toBeUndefined();
  });

  it('reports durations of up to 1 ms as 1 ms', () => {
    expect(percentile([3], 0.5)).toBe(1);
  });

  it.each([
    [0, 0],
    [1, 0],
    [1.1, 1],
    [1.2, 1],
    [2, 4],
    [1e15, 119],
  ])('counts %d ms in bucket %d', (ms, bucket) => {
    expect(bucketOf(ms)).toBe(bucket);
  });
});
