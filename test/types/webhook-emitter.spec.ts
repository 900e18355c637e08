import { beforeAll, describe, expect, it } from '@jest/globals';
import { typeCheck } from '../support/type-check.js';

/** What every snippet starts with: emitters as a host's service has them injected. */
const PRELUDE = `
import type { EntityManager } from 'typeorm';
import { type ActionCatalog, type ActionOf, type DataOf, defineAction, extendCatalog } from '../../lib/domain/action-catalog.js';
import { WebhookEmitter } from '../../lib/emitter/webhook-emitter.js';
import { posCatalog, type PosCatalog } from '../../lib/pos/pos-catalog.js';
import type { EntityReference, OrderPayload } from '../../lib/pos/pos-payloads.js';

declare const pos: WebhookEmitter;
declare const manager: EntityManager;
const to = { tenantUid: '7' };

const catalog = extendCatalog(posCatalog, {
  GIFT_CARD_REDEEMED: defineAction<{ card: EntityReference; amount: number }>({
    description: 'A gift card was redeemed.',
    example: { card: { Uid: '1200' }, amount: 25 },
  }),
});
declare const own: WebhookEmitter<typeof catalog>;
declare const any: WebhookEmitter<ActionCatalog>;
`;

const ACCEPTED = {
  'an action with its payload': `await pos.emit('ORDER_SETTLED', { order: { Id: 7123, Uid: '700' } }, to)`,
  'further JSON beside the payload': `await pos.emit('ORDER_SETTLED', { order: { Uid: '700', total: 19.9 }, lines: [1] }, to)`,
  'a payload that is an interface of the host': `
    interface Settled extends OrderPayload { readonly cashier: string }
    declare const settled: Settled;
    await pos.emit('ORDER_SETTLED', settled, to)`,
  'every option': `
    await pos.emit('STOCK_CHANGE', { warehouse: { Uid: '20' }, product: { Uid: '5001' } },
      { tenantUid: '7', manager, eventUid: 'e-1', orderingKey: 'p-5001', occurredAt: new Date() })`,
  'the uid that comes back': `const uid: string = (await pos.emit('TILL_OPEN', { till: { Uid: '30' } }, to)).eventUid`,
  'events of several actions at once': `
    await pos.emitMany([
      { action: 'ORDER_SETTLED', data: { order: { Uid: '700' }, channel: 'web' } },
      { action: 'PRICE_DELETE', data: { price: { Uid: '880' } }, orderingKey: '880' },
    ], { tenantUid: '7', manager })`,
  "an action of the host's own catalog": `await own.emit('GIFT_CARD_REDEEMED', { card: { Uid: '1' }, amount: 5 }, to)`,
  'an action of the catalog that the host extended': `await own.emit('ORDER_SETTLED', { order: { Uid: '700' } }, to)`,
  'any action and object, where the host asks for no types': `
    declare const action: string;
    await any.emit(action, { anything: true }, to);
    await any.emitMany([{ action, data: {} }], to)`,
  'a function of the host that emits one of several actions': `
    async function changed(action: 'PRICE_CREATE' | 'PRICE_UPDATE', price: EntityReference) {
      return pos.emit(action, { price }, to);
    }`,
  'the names and payloads as types': `
    const action: ActionOf<typeof catalog> = 'GIFT_CARD_REDEEMED';
    const data: DataOf<typeof catalog, 'GIFT_CARD_REDEEMED'> = { card: { Uid: '1' }, amount: 5 };`,
};

const REFUSED: Record<string, [snippet: string, error: RegExp]> = {
  'an action that is not in the catalog': [
    `await pos.emit('ORDER_SETLED', { order: { Uid: '700' } }, to)`,
    /"ORDER_SETLED"' is not assignable/,
  ],
  'an action that is any text': [
    `declare const action: string; await pos.emit(action, { order: { Uid: '700' } }, to)`,
    /'string' is not assignable/,
  ],
  'a payload without its subject': [`await pos.emit('ORDER_SETTLED', {}, to)`, /'order' is missing/],
  'a payload of another action': [
    `await pos.emit('ORDER_SETTLED', { till: { Uid: '30' } }, to)`,
    /'till' does not exist in type 'OrderPayload'/,
  ],
  'a reference that is only a uid': [
    `await pos.emit('ORDER_SETTLED', { order: '700' }, to)`,
    /'string' is not assignable/,
  ],
  'a reference without a uid': [
    `await pos.emit('ORDER_SETTLED', { order: { Id: 7123 } }, to)`,
    /'Uid' is missing/,
  ],
  'a uid that is a number': [
    `await pos.emit('ORDER_SETTLED', { order: { Uid: 700 } }, to)`,
    /'number' is not assignable/,
  ],
  'a tenant that is no object': [
    `await pos.emit('ORDER_SETTLED', { tenant: 7, order: { Uid: '700' } }, to)`,
    /'number' (is not assignable|has no properties)/,
  ],
  'a payload that is no object': [
    `await any.emit('ORDER_SETTLED', 'order 700', to)`,
    /'string' is not assignable/,
  ],
  'no tenant': [`await pos.emit('ORDER_SETTLED', { order: { Uid: '700' } }, {})`, /'tenantUid' is missing/],
  'an option that there is not': [
    `await pos.emit('ORDER_SETTLED', { order: { Uid: '700' } }, { tenantUid: '7', orderKey: '1' })`,
    /'orderKey' does not exist/,
  ],
  'a time that is no Date': [
    `await pos.emit('ORDER_SETTLED', { order: { Uid: '700' } }, { tenantUid: '7', occurredAt: 0 })`,
    /'number' is not assignable to type 'Date/,
  ],
  'a manager that is none': [
    `await pos.emit('ORDER_SETTLED', { order: { Uid: '700' } }, { tenantUid: '7', manager: {} })`,
    /EntityManager/,
  ],
  "an action of the host's catalog, where the emitter has another": [
    `await pos.emit('GIFT_CARD_REDEEMED', { card: { Uid: '1' }, amount: 5 }, to)`,
    /"GIFT_CARD_REDEEMED"' is not assignable/,
  ],
  "a wrong payload of the host's own action": [
    `await own.emit('GIFT_CARD_REDEEMED', { card: { Uid: '1' }, amount: '5' }, to)`,
    /'string' is not assignable to type 'number'/,
  ],
  'a batch in which one action is not in the catalog': [
    `await pos.emitMany([
      { action: 'ORDER_SETTLED', data: { order: { Uid: '700' } } },
      { action: 'ORDER_SETLED', data: { order: { Uid: '700' } } },
    ], to)`,
    /ORDER_SETLED/,
  ],
  'a batch in which one payload belongs to another action': [
    `await pos.emitMany([
      { action: 'ORDER_SETTLED', data: { order: { Uid: '700' } } },
      { action: 'TILL_OPEN', data: { order: { Uid: '700' } } },
    ], to)`,
    /'order' does not exist in type 'TillPayload'/,
  ],
  'an example that is not of the type it is given for': [
    `defineAction<{ card: EntityReference }>({ description: 'A gift card was redeemed.', example: { card: 'x' } })`,
    /'string' is not assignable/,
  ],
  'an action without a description': [
    `defineAction({ example: { card: { Uid: '1' } } })`,
    /'description' is missing/,
  ],
};

describe('the types of WebhookEmitter', () => {
  let errors: Map<string, string[]>;

  beforeAll(() => {
    const snippets = [...Object.values(ACCEPTED), ...Object.values(REFUSED).map(([snippet]) => snippet)];
    const results = typeCheck(
      'test/types',
      snippets.map((snippet) => `${PRELUDE}\n${snippet};`),
    );
    errors = new Map(snippets.map((snippet, index) => [snippet, results[index]!]));
  }, 120_000);

  it.each(Object.entries(ACCEPTED))('accept %s', (_what, snippet) => {
    expect(errors.get(snippet)).toEqual([]);
  });

  it.each(Object.entries(REFUSED))('refuse %s', (_what, [snippet, error]) => {
    expect(errors.get(snippet)).toEqual([expect.stringMatching(error)]);
  });
});
