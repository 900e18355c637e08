import { describe, expect, it } from '@jest/globals';
import { checkCatalog } from '../../../lib/domain/action-catalog.js';
import { buildEnvelope } from '../../../lib/domain/envelope.js';
import { posCatalog } from '../../../lib/pos/pos-catalog.js';

const ACTIONS = [
  'PRODUCT_CREATE',
  'PRODUCT_UPDATE',
  'PRODUCT_DELETE',
  'CUSTOMER_CREATE',
  'CUSTOMER_UPDATE',
  'CUSTOMER_DELETE',
  'ORDER_SETTLED',
  'ORDER_RECEIPT_SETTLED',
  'ORDER_DELIVERED',
  'ORDER_HANDLING_STATE_CHANGED',
  'TILL_CLOSED',
  'TILL_OPEN',
  'PRICE_CREATE',
  'PRICE_UPDATE',
  'PRICE_DELETE',
  'STOCK_CHANGE',
  'PRODUCT_MEDIA_CHANGE',
  'PURCHASE_RECEIVED',
];

describe('posCatalog', () => {
  it("has the vendor's 18 actions, spelled as the vendor spells them", () => {
    expect(Object.keys(posCatalog)).toEqual(ACTIONS);
    expect(() => checkCatalog(posCatalog)).not.toThrow();
  });

  it.each(Object.entries(posCatalog))(
    'describes %s in a sentence and with references only',
    (action, definition) => {
      expect(definition.description).toMatch(/^[A-Z].+\.$/);
      const { tenant, ...references } = definition.example;
      expect(tenant).toEqual({ Id: 7 });
      expect(Object.keys(references).at(-1)).toBe('tenantUser');
      for (const reference of Object.values(references)) {
        expect(reference).toEqual({ Id: expect.any(Number), Uid: expect.stringMatching(/^[A-Za-z0-9_-]+$/) });
      }
      expect(buildEnvelope(action, '7', definition.example)).toMatch(
        `{"action":"${action}","tenant":{"Id":7,"Uid":"7"},`,
      );
    },
  );

  it('cannot be changed by whoever imports it', () => {
    expect(Object.isFrozen(posCatalog)).toBe(true);
  });
});
