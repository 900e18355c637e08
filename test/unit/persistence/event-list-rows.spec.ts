import { describe, expect, it } from '@jest/globals';
import type { ListedEvent } from '../../../lib/persistence/ports/event-list-store.js';
import { searchedTo } from '../../../lib/persistence/sql/event-list-rows.js';

describe('the place at which the next search of events continues', () => {
  const items = (count: number): ListedEvent[] => Array.from({ length: count }, () => ({}) as ListedEvent);

  it.each([
    ['none after a full page', [9, 8], 2, null, null],
    ['the horizon of a search that found too few', [9], 1, 5, 5],
    ['none if that search has read everything', [9], 1, null, null],
    ['the last event that was found if one was deleted meanwhile', [9, 8, 7], 1, 5, 8],
  ])('is %s', (_what, found, read, horizon, place) => {
    expect(searchedTo(found, items(read), 2, horizon)).toBe(place);
  });
});
