import { describe, expect, it } from '@jest/globals';
import { stateAfter, TRANSPORT_STATES, type TransportCommand } from '../../../lib/domain/transport-state.js';
import { commandsFor } from '../../../portal/src/operator/pages/endpoints/commands.js';
import { searchPage } from '../../../portal/src/operator/pages/search-page.js';
import { isWordTyped } from '../../../portal/src/operator/pages/stop/typed-word.js';
import { minPendingOf } from '../../../portal/src/operator/pages/tenants/min-pending.js';

const COMMANDS: TransportCommand[] = ['pause', 'resume', 'disable', 'enable'];

describe('the commands that the console offers for an endpoint', () => {
  it.each(TRANSPORT_STATES)('are those that change an endpoint that is %s', (state) => {
    const changing = COMMANDS.filter((command) => ![undefined, state].includes(stateAfter(command, state)));
    expect(commandsFor(state)).toEqual(changing);
  });

  it('are all, if its state is not known', () => {
    expect(commandsFor(undefined)).toEqual(COMMANDS);
  });
});

describe('the search of the console', () => {
  /** A list whose pages have these items. */
  const listOf = (...pages: string[][]) => {
    const asked: (string | null)[] = [];
    const load = (cursor: string | null) => {
      asked.push(cursor);
      const index = Number(cursor ?? 0);
      const next = index + 1 < pages.length ? String(index + 1) : null;
      return Promise.resolve({ items: pages[index]!, next });
    };
    return { load, asked };
  };

  it('goes on past empty pages to the first one with items', async () => {
    const { load, asked } = listOf([], [], ['shop'], ['other']);
    expect(await searchPage(load, null)).toEqual({ items: ['shop'], next: '3' });
    expect(asked).toEqual([null, '1', '2']);
  });

  it('ends at the last page, also if that is empty', async () => {
    const { load, asked } = listOf([], []);
    expect(await searchPage(load, null)).toEqual({ items: [], next: null });
    expect(asked).toHaveLength(2);
  });

  it('asks at most ten times, and continues where it ended', async () => {
    const { load, asked } = listOf(...Array.from({ length: 15 }, () => []), ['shop']);
    const { next } = await searchPage(load, null);
    expect([asked.length, next]).toEqual([10, '10']);
    expect(await searchPage(load, next)).toEqual({ items: ['shop'], next: null });
  });
});

describe('the least number of pending deliveries', () => {
  it.each([
    [undefined, undefined],
    ['  ', undefined],
    ['1', 1],
    [' 250 ', 250],
    ['1000000000', 1_000_000_000],
    ['1000000001', null],
    ['0', null],
    ['-1', null],
    ['1.5', null],
    ['1e3', null],
    ['many', null],
  ])('is read from %j as %j', (text, expected) => {
    expect(minPendingOf(text)).toBe(expected);
  });
});

describe('the word that confirms a stop', () => {
  it.each([
    ['stopp', true],
    [' Stopp ', true],
    ['stop', false],
    ['stopp!', false],
    ['', false],
  ])('as %j is accepted: %j', (typed, expected) => {
    expect(isWordTyped(typed, 'stopp')).toBe(expected);
  });
});
