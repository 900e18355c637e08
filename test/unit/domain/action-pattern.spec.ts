import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  compareSpecificity,
  isActionPattern,
  isKnownPattern,
  matchesAction,
} from '../../../lib/domain/action-pattern.js';
import { posCatalog } from '../../../lib/pos/pos-catalog.js';

const name = fc.stringMatching(/^[A-Z0-9_]{1,64}$/);
/** An action with a prefix of it that ends in an underscore. */
const prefixed = fc
  .tuple(fc.stringMatching(/^[A-Z0-9_]{0,30}$/), fc.stringMatching(/^[A-Z0-9_]{0,30}$/))
  .map(([head, tail]) => ({ action: `${head}_${tail}`, pattern: `${head}_*` }));

describe('isActionPattern', () => {
  it('accepts every name, prefix and the star', () => {
    fc.assert(fc.property(name, (action) => expect(isActionPattern(action)).toBe(true)));
    fc.assert(fc.property(prefixed, ({ pattern }) => expect(isActionPattern(pattern)).toBe(true)));
    expect(isActionPattern('*')).toBe(true);
  });

  it.each([
    '',
    'order_settled',
    'ORDER*',
    'ORDER_*_X',
    '**',
    '*_SETTLED',
    'ORDER_%',
    'ORDER-X',
    'ORDER_SETTLED\n',
    '*\n',
    ' *',
    'A'.repeat(65),
    `${'A'.repeat(64)}_*`,
  ])('refuses %p', (text) => expect(isActionPattern(text)).toBe(false));
});

describe('isKnownPattern', () => {
  it.each(['*', 'ORDER_SETTLED', 'ORDER_*', 'PRODUCT_MEDIA_*'])(
    'accepts %p, which matches an action',
    (text) => expect(isKnownPattern(posCatalog, text)).toBe(true),
  );

  it.each([
    'ORDER_SETLED',
    'ORDERS_*',
    'ORDER',
    'order_*',
    'ORDER_SETTLED_*',
    'constructor',
    '__proto__',
    'toString',
  ])('refuses %p, which cannot match an action', (text) =>
    expect(isKnownPattern(posCatalog, text)).toBe(false),
  );
});

describe('matchesAction', () => {
  it('covers an action by its name, by each of its prefixes, and by the star', () => {
    fc.assert(
      fc.property(prefixed, ({ action, pattern }) => {
        expect(matchesAction(action, action)).toBe(true);
        expect(matchesAction(pattern, action)).toBe(true);
        expect(matchesAction('*', action)).toBe(true);
      }),
    );
  });

  it('covers notifications by their name and prefixes, and not by the star', () => {
    expect(matchesAction('WEBHOOK_TRANSPORT_DISABLED', 'WEBHOOK_TRANSPORT_DISABLED')).toBe(true);
    expect(matchesAction('WEBHOOK_TRANSPORT_*', 'WEBHOOK_TRANSPORT_DISABLED')).toBe(true);
    expect(matchesAction('WEBHOOK_*', 'WEBHOOK_TRANSPORT_DISABLED')).toBe(true);
    expect(matchesAction('*', 'WEBHOOK_TRANSPORT_DISABLED')).toBe(false);
  });

  it('covers nothing else', () => {
    expect(matchesAction('ORDER_*', 'ORDERS_SETTLED')).toBe(false);
    expect(matchesAction('ORDER_*', 'ORDER')).toBe(false);
    expect(matchesAction('ORDER_SETTLED', 'ORDER_SETTLED_LATE')).toBe(false);
    fc.assert(fc.property(name, name, (a, b) => expect(matchesAction(a, b)).toBe(a === b)));
  });
});

describe('compareSpecificity', () => {
  it('puts the exact action first, then longer prefixes before shorter ones, the star last', () => {
    const expected = ['ORDER_HANDLING_STATE_CHANGED', 'ORDER_HANDLING_*', 'ORDER_*', '*'];
    fc.assert(
      fc.property(fc.shuffledSubarray(expected, { minLength: 4 }), (patterns) => {
        expect(patterns.toSorted(compareSpecificity)).toEqual(expected);
      }),
    );
  });

  it('returns 0 for equal patterns, so that a stable sort keeps the oldest first', () => {
    for (const pattern of ['ORDER_SETTLED', 'ORDER_*', '*'])
      expect(compareSpecificity(pattern, pattern)).toBe(0);
  });
});
