import { describe, expect, it } from '@jest/globals';
import type { ListedEvent } from '../../../lib/persistence/ports/event-list-store.js';
import { searchedTo } from '../../../lib/persistence/sql/event-list-rows.js';

describe('the place at which a search of events stopped before its page was full', () => {
  const items = (count: number): ListedEvent[] => Array.from({ length: count }, () => ({}) as ListedEvent);

  it.each([
    ['none if the page is full', [9, 8], 2, null, null],
    ['the horizon of a search that found too few', [9], 1, 5, 5],
    ['none if a search that found too few has read everything', [9], 1, null, null],
    ['the last event that was found if one was deleted meanwhile', [9, 8, 7], 1, 5, 8],
  ])('is %s', (_what, found, read, horizon, place) => {
    expect(searchedTo(found, items(read), 2, horizon)).toBe(place);
  });
});
