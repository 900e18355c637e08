import { describe, expect, it } from '@jest/globals';
import {
  type ActionCatalog,
  checkCatalog,
  defineAction,
  extendCatalog,
} from '../../../lib/domain/action-catalog.js';
import { InvalidOptionError } from '../../../lib/errors/start-up.errors.js';
import { posCatalog } from '../../../lib/pos/pos-catalog.js';

const redeemed = defineAction({
  description: 'A gift card was redeemed.',
  example: { card: { Uid: '1200' } },
});

describe('extendCatalog', () => {
  it('has the actions of both and changes neither', () => {
    const catalog = extendCatalog(posCatalog, { GIFT_CARD_REDEEMED: redeemed });
    expect(Object.keys(catalog)).toEqual([...Object.keys(posCatalog), 'GIFT_CARD_REDEEMED']);
    expect(catalog.GIFT_CARD_REDEEMED).toBe(redeemed);
    expect(posCatalog).not.toHaveProperty('GIFT_CARD_REDEEMED');
    expect(Object.isFrozen(catalog)).toBe(true);
  });

  it('refuses to change what an action of the base means', () => {
    expect(() => extendCatalog(posCatalog, { ORDER_SETTLED: redeemed })).toThrow(InvalidOptionError);
    expect(() => extendCatalog(posCatalog, { ORDER_SETTLED: redeemed })).toThrow(/ORDER_SETTLED/);
  });

  it.each([
    '',
    'gift_card',
    'WEBHOOK_CARD',
    'GIFT-CARD',
    'GIFT CARD',
    'GIFT_*',
    '*',
    'ÄRA',
    'A\n',
    'A'.repeat(65),
  ])('refuses the name %p', (action) => {
    expect(() => extendCatalog(posCatalog, { [action]: redeemed })).toThrow(InvalidOptionError);
  });

  it('accepts a name of 64 characters', () => {
    expect(extendCatalog({}, { ['A'.repeat(64)]: redeemed })).toHaveProperty('A'.repeat(64), redeemed);
  });
});

describe('checkCatalog', () => {
  it.each<[string, ActionCatalog]>([
    ['is empty', {}],
    ['has a bad name', { order: redeemed }],
  ])('refuses a catalog that %s', (_how, catalog) => {
    expect(() => checkCatalog(catalog)).toThrow(InvalidOptionError);
  });
});
