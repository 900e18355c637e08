import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { closestOf } from '../../../lib/domain/closest-name.js';

const NAMES = ['tenantUid', 'manager', 'transaction', 'eventUid', 'orderingKey', 'occurredAt', 'path'];

describe('closestOf', () => {
  it.each([
    ['manger', 'manager'],
    ['maanger', 'manager'],
    ['Manager', 'manager'],
    ['tenantUID', 'tenantUid'],
    ['tenant_uid', 'tenantUid'],
    ['occuredAt', 'occurredAt'],
    ['transacton', 'transaction'],
    ['paht', 'path'],
  ])('finds for %s the name %s', (name, expected) => {
    expect(closestOf(name, NAMES)).toBe(expected);
  });

  it.each([
    ['an empty name', ''],
    ['one character', 'x'],
    ['another word', 'retries'],
    ['a very long name', 'm'.repeat(1_000_000)],
  ])('finds no name for %s', (_title, name) => {
    expect(closestOf(name, NAMES)).toBeUndefined();
  });

  it('prefers the name with fewer edits, and the first one on a tie', () => {
    expect(closestOf('eventUi', ['eventUids', 'eventUid'])).toBe('eventUid');
    expect(closestOf('cat', ['car', 'bat'])).toBe('car');
  });

  it('counts no swap unless both characters are neighbours in the other order', () => {
    expect([closestOf('axb', ['aby']), closestOf('abx', ['ayb'])]).toEqual([undefined, undefined]);
  });

  it('prefers the same name to one that lacks its last character', () => {
    expect(closestOf('manager', ['manage', 'manager'])).toBe('manager');
  });

  it('allows one edit for each three characters of the longer name', () => {
    expect([closestOf('id', ['ids']), closestOf('ids', ['id']), closestOf('i', ['id'])]).toEqual([
      'ids',
      'id',
      undefined,
    ]);
  });

  it('finds a name if, and only if, few enough insertions, deletions, substitutions and swaps of neighbours lead to it', () => {
    /** The definition of the distance, without a table. */
    const distance = (a: string, b: string): number => {
      if (a === '' || b === '') return a.length + b.length;
      const [shortA, shortB] = [a.slice(0, -1), b.slice(0, -1)];
      const edits = [
        distance(shortA, b) + 1,
        distance(a, shortB) + 1,
        distance(shortA, shortB) + (a.at(-1) === b.at(-1) ? 0 : 1),
      ];
      const isSwap = a.length > 1 && b.length > 1 && a.at(-1) === b.at(-2) && a.at(-2) === b.at(-1);
      if (isSwap) edits.push(distance(a.slice(0, -2), b.slice(0, -2)) + 1);
      return Math.min(...edits);
    };
    const word = fc.stringMatching(/^[abc]{4,6}$/);
    fc.assert(
      fc.property(word, word, (name, known) => {
        const isClose = distance(name, known) <= Math.floor(Math.max(name.length, known.length) / 3);
        expect(closestOf(name, [known])).toBe(isClose ? known : undefined);
      }),
      { numRuns: 200 },
    );
  });

  it('finds nothing among no names', () => {
    expect(closestOf('manager', [])).toBeUndefined();
  });
});
