import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EventFactory } from '../../../lib/emitter/event-factory.js';
import { NOTIFICATION_ACTIONS } from '../../../lib/domain/notification-actions.js';
import { WebhooksError } from '../../../lib/errors/webhooks-error.js';
import { posCatalog } from '../../../lib/pos/pos-catalog.js';

const factory = new EventFactory(posCatalog);
const data = { order: { Uid: '700' } };
const create = (options: object = {}) => factory.create('7', 'ORDER_SETTLED', data, options);

/** The code that a call is refused with. */
const codeOf = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    if (error instanceof WebhooksError) return error.code;
    throw error;
  }
  return 'not refused';
};

describe('EventFactory', () => {
  it('makes an event with a fresh uid, and without the optional fields that are not given', () => {
    const event = create();
    expect(event).toEqual({
      tenantUid: '7',
      eventUid: expect.stringMatching(
        /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      ),
      action: 'ORDER_SETTLED',
      orderingKey: null,
      body: '{"action":"ORDER_SETTLED","tenant":{"Uid":"7"},"order":{"Uid":"700"}}',
      occurredAt: null,
    });
    expect(create().eventUid).not.toBe(event.eventUid);
  });

  it('refuses notifications, which only the module emits', () => {
    const withNotifications = new EventFactory({ ...posCatalog, ...NOTIFICATION_ACTIONS });
    for (const action of Object.keys(NOTIFICATION_ACTIONS))
      expect(codeOf(() => withNotifications.create('7', action, data, {}))).toBe('UNKNOWN_ACTION');
    expect(withNotifications.create('7', 'ORDER_SETTLED', data, {})).toMatchObject({ tenantUid: '7' });
  });

  it("keeps the caller's uid, ordering key and time", () => {
    const occurredAt = new Date(1_700_000_000_123);
    expect(create({ eventUid: 'order-700', orderingKey: 'order/700', occurredAt })).toMatchObject({
      eventUid: 'order-700',
      orderingKey: 'order/700',
      occurredAt: 1_700_000_000_123,
    });
  });

  it('gives no two of very many events the same uid', () => {
    expect(new Set(Array.from({ length: 20_000 }, () => create().eventUid)).size).toBe(20_000);
  });

  it.each(['shop.example.com', 'auth0|7', 'org:7', 'owner@shop.example'])(
    'accepts the tenant %p',
    (tenantUid) => {
      expect(factory.create(tenantUid, 'ORDER_SETTLED', data, {})).toMatchObject({ tenantUid });
    },
  );

  it.each(['', '.', '..', 'tenant 7', '7\n', 'a'.repeat(65), undefined, null, 7])(
    'refuses the tenant %p',
    (tenantUid) => {
      expect(codeOf(() => factory.create(tenantUid as string, 'ORDER_SETTLED', data, {}))).toBe(
        'INVALID_TENANT_UID',
      );
    },
  );

  it.each([
    'ORDER_SETLED',
    'order_settled',
    '*',
    'ORDER_*',
    '',
    'constructor',
    '__proto__',
    undefined,
    null,
    7,
  ])('refuses the action %p', (action) => {
    expect(codeOf(() => factory.create('7', action as string, data, {}))).toBe('UNKNOWN_ACTION');
  });

  it.each(['', 'a.b', 'a b', 'a\r\nx: y', 'a'.repeat(65), null, 7])(
    'refuses the event uid %p',
    (eventUid) => {
      expect(codeOf(() => create({ eventUid }))).toBe('INVALID_EVENT_UID');
    },
  );

  it('accepts any ordering key of 1 to 255 characters, except those that a database could not store', () => {
    const text = fc
      .string({ minLength: 1, maxLength: 255 })
      .filter((key) => key.length <= 255 && !key.includes('\0'));
    fc.assert(
      fc.property(text, (orderingKey) => expect(create({ orderingKey }).orderingKey).toBe(orderingKey)),
    );
    for (const orderingKey of ['', 'a'.repeat(256), 'a\0b', null, 7, {}]) {
      expect(codeOf(() => create({ orderingKey }))).toBe('INVALID_ORDERING_KEY');
    }
  });

  it.each([new Date(Number.NaN), 1_700_000_000_123, '2026-01-01', null])(
    'refuses %p as the time of an event',
    (occurredAt) => {
      expect(codeOf(() => create({ occurredAt }))).toBe('INVALID_OCCURRED_AT');
    },
  );

  it('says which payload rule was broken', () => {
    expect(codeOf(() => factory.create('7', 'ORDER_SETTLED', [] as object, {}))).toBe('PAYLOAD_INVALID');
    expect(codeOf(() => factory.create('7', 'ORDER_SETTLED', { text: 'x'.repeat(262_144) }, {}))).toBe(
      'PAYLOAD_TOO_LARGE',
    );
  });
});
