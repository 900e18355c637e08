import { describe, expect, it } from '@jest/globals';
import { earlierDate } from '../../../../lib/delivery/lanes/earlier-date.js';

describe('earlierDate', () => {
  it('is the earlier one of two dates, where null is never', () => {
    const dates = [earlierDate(3, 5), earlierDate(5, 3), earlierDate(5, null), earlierDate(null, 5)];
    expect(dates).toEqual([3, 3, 5, 5]);
    expect(earlierDate(null, null)).toBeNull();
  });
});
