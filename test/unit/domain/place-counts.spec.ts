import { describe, expect, it } from '@jest/globals';
import { PlaceCounts } from '../../../lib/domain/place-counts.js';

describe('PlaceCounts', () => {
  it('counts the places of each name', () => {
    const counts = new PlaceCounts(10);
    for (const by of [1, 1, -1, 1] as const) counts.add('a', by);
    counts.add('b', 1);
    expect([counts.of('a'), counts.of('b'), counts.of('c'), counts.size]).toEqual([2, 1, 0, 2]);
  });

  it('forgets names without a place when one is released, but only if there are too many names', () => {
    const counts = new PlaceCounts(2);
    counts.add('a', 1);
    counts.add('a', -1);
    counts.add('b', 1);
    counts.add('b', -1);
    expect(counts.size).toBe(2);
    counts.add('c', 1);
    expect(counts.size).toBe(3);
    counts.add('d', 1);
    counts.add('d', -1);
    expect([counts.size, counts.of('c')]).toEqual([1, 1]);
  });
});
