import { beforeAll, describe, expect, it } from '@jest/globals';
import { typeCheck } from '../support/type-check.js';

/** What a host writes once. */
const REGISTRATION = `
import { defineAction, extendCatalog, posCatalog } from 'nestjs-tillhook';

export const catalog = extendCatalog(posCatalog, {
  GIFT_CARD_REDEEMED: defineAction<{ amount: number }>({
    description: 'A gift card was redeemed.',
    example: { amount: 25 },
  }),
});
declare module 'nestjs-tillhook' {
  interface Register {
    catalog: typeof catalog;
  }
}
`;

/** What its services write, in files that do not import the catalog. */
const SERVICE = `
import type { ActionCatalog, ActionOf, EmitInput, PosCatalog, RegisteredCatalog, WebhookEmitter } from 'nestjs-tillhook';

declare const webhooks: WebhookEmitter;
declare const any: WebhookEmitter<ActionCatalog>;
declare const pos: WebhookEmitter<PosCatalog>;
const to = { tenantUid: '7' };

export const emitted = [
  webhooks.emit('GIFT_CARD_REDEEMED', { amount: 5 }, to),
  webhooks.emit('TILL_OPEN', { till: { Uid: '30' } }, to),
  webhooks.emitMany([{ action: 'GIFT_CARD_REDEEMED', data: { amount: 5 } }], to),
  any.emit('ANYTHING', {}, to),
  // @ts-expect-error a wrong payload of the host's own action
  webhooks.emit('GIFT_CARD_REDEEMED', { amount: '5' }, to),
  // @ts-expect-error an action that is not in the catalog
  webhooks.emit('GIFT_CARD_REDEMED', { amount: 5 }, to),
  // @ts-expect-error an emitter of another catalog does not know the host's action
  pos.emit('GIFT_CARD_REDEEMED', { amount: 5 }, to),
];
export const input: EmitInput = { action: 'GIFT_CARD_REDEEMED', data: { amount: 5 } };
export const action: ActionOf<RegisteredCatalog> = 'GIFT_CARD_REDEEMED';
`;

/** The same service in a host that has registered nothing. */
const UNREGISTERED = `
import type { WebhookEmitter } from 'nestjs-tillhook';

declare const webhooks: WebhookEmitter;
const to = { tenantUid: '7' };

export const emitted = [
  webhooks.emit('TILL_OPEN', { till: { Uid: '30' } }, to),
  // @ts-expect-error an action that is not in posCatalog
  webhooks.emit('GIFT_CARD_REDEEMED', { amount: 5 }, to),
];
`;

/** A registration that is no catalog. */
const WRONG = `
declare module 'nestjs-tillhook' {
  interface Register {
    catalog: string;
  }
}
${UNREGISTERED}`;

describe.each([
  ['an ES module', '.mts'],
  ['a CommonJS module', '.cts'],
] as const)('the types of the package in %s', (_kind, extension) => {
  const check = (...snippets: string[]): string[][] =>
    typeCheck('test/e2e', snippets, (index) => `${index}${extension}`, { isBuildUsed: true });
  let registered: string[][];

  beforeAll(() => {
    registered = check(REGISTRATION, SERVICE);
  }, 120_000);

  it('tie every emitter to the catalog that the host registers', () => {
    expect(registered).toEqual([[], []]);
  });

  it('tie it to posCatalog where the host registers nothing', () => {
    expect(check(UNREGISTERED)).toEqual([[]]);
  }, 120_000);

  it('tie it to posCatalog where what is registered is no catalog', () => {
    expect(check(WRONG)).toEqual([[]]);
  }, 120_000);
});
