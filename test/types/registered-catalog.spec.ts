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

/** A host that registers both members, and passes the options. */
const REQUIRING = `
import { defineAction, extendCatalog, posCatalog, WebhooksModule } from 'nestjs-tillhook';

const catalog = extendCatalog(posCatalog, {
  CARD_USED: defineAction<{ amount: number }>({ description: 'A card was used.', example: { amount: 25 } }),
});
declare module 'nestjs-tillhook' {
  interface Register {
    catalog: typeof catalog;
    requireTransaction: true;
  }
}
export const webhooks = WebhooksModule.forRoot({ catalog, requireTransaction: true, controllers: false });
`;

/** Services of that host. */
const REQUIRED = `
import type { ActionCatalog, EmitManyOptions, EmitOptions, HostTransaction, WebhookEmitter } from 'nestjs-tillhook';
import { RecordingWebhookEmitter } from 'nestjs-tillhook/testing';
import type { EntityManager } from 'typeorm';

declare const webhooks: WebhookEmitter;
declare const any: WebhookEmitter<ActionCatalog>;
declare const manager: EntityManager;
declare const transaction: HostTransaction;
declare const perhaps: EntityManager | undefined;
declare const recorded: RecordingWebhookEmitter;
const data = { amount: 5 };
const to = { tenantUid: '7' };
const events = [{ action: 'CARD_USED' as const, data }];

export const accepted = [
  webhooks.emit('CARD_USED', data, { ...to, manager }),
  webhooks.emit('CARD_USED', data, { ...to, transaction, eventUid: 'e-1', orderingKey: '1', occurredAt: new Date() }),
  webhooks.emitMany(events, { ...to, manager }),
  webhooks.emitMany(events, { ...to, transaction }),
  webhooks.emitSync('CARD_USED', data, { ...to, transaction }),
  any.emit('ANYTHING', {}, { ...to, manager }),
  recorded.emit('CARD_USED', data, { ...to, manager }),
];
export const forwarded = (one: EmitOptions, many: EmitManyOptions) => [
  webhooks.emit('CARD_USED', data, one),
  webhooks.emitMany(events, many),
];
export const refused = [
  // @ts-expect-error no transaction
  webhooks.emit('CARD_USED', data, to),
  // @ts-expect-error no transaction
  webhooks.emitMany(events, to),
  // @ts-expect-error no transaction
  webhooks.emitSync('CARD_USED', data, to),
  // @ts-expect-error no transaction, in an emitter of any catalog
  any.emit('ANYTHING', {}, to),
  // @ts-expect-error no transaction, in an emitter that records
  recorded.emit('CARD_USED', data, to),
  // @ts-expect-error a manager that may be missing
  webhooks.emit('CARD_USED', data, { ...to, manager: perhaps }),
  // @ts-expect-error a manager that is missing
  webhooks.emit('CARD_USED', data, { ...to, manager: undefined }),
  // @ts-expect-error both
  webhooks.emit('CARD_USED', data, { ...to, manager, transaction }),
  // @ts-expect-error a misspelt option
  webhooks.emit('CARD_USED', data, { ...to, manager, orderKey: '1' }),
];
`;

/** A registration that requires nothing. */
const NOT_REQUIRING = `
declare module 'nestjs-tillhook' {
  interface Register {
    requireTransaction: false;
  }
}
${UNREGISTERED}`;

describe.each([
  ['an ES module', '.mts'],
  ['a CommonJS module', '.cts'],
] as const)('the types of the package in %s', (_kind, extension) => {
  const check = (...snippets: string[]): string[][] =>
    typeCheck('test/types', snippets, (index) => `${index}${extension}`, { isBuildUsed: true });
  let registered: string[][];

  beforeAll(() => {
    registered = check(REGISTRATION, SERVICE);
  }, 120_000);

  it('tie every emitter to the catalog that the host registers', () => {
    expect(registered).toEqual([[], []]);
  });

  it('tie every emitter to posCatalog where the host registers nothing', () => {
    expect(check(UNREGISTERED)).toEqual([[]]);
  }, 120_000);

  it('tie every emitter to posCatalog where what is registered is no catalog', () => {
    expect(check(WRONG)).toEqual([[]]);
  }, 120_000);

  it('refuse an emit without a transaction where the host registers requireTransaction', () => {
    expect(check(REQUIRING, REQUIRED)).toEqual([[], []]);
  }, 120_000);

  it('accept an emit without a transaction where the host registers requireTransaction: false', () => {
    expect(check(NOT_REQUIRING)).toEqual([[]]);
  }, 120_000);
});
