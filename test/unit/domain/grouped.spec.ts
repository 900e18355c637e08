import { describe, expect, it } from '@jest/globals';
import { grouped } from '../../../lib/domain/grouped.js';

describe('grouped', () => {
  it('keeps the order of the values in each group, and of the groups by their first value', () => {
    expect([...grouped([5, 2, 4, 1, 3], (value) => value % 2)]).toEqual([
      [1, [5, 1, 3]],
      [0, [2, 4]],
    ]);
  });
});
