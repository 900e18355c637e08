import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import type { EntityManager } from 'typeorm';
import { defineAction } from '../../../lib/domain/action-catalog.js';
import type { HostTransaction } from '../../../lib/persistence/ports/host-transaction.js';
import { posCatalog } from '../../../lib/pos/pos-catalog.js';
import { WebhookEmitter } from '../../../lib/emitter/webhook-emitter.js';
import {
  NotARecordingEmitterError,
  RecordingWebhookEmitter,
  webhookMatchers,
} from '../../../lib/testing/index.js';
import type { WebhookMatchers } from '../../../lib/testing/index.js';

declare module 'expect' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface Matchers<R> extends WebhookMatchers<R> {}
}

expect.extend(webhookMatchers);

const to = { tenantUid: '7' };
const order = (uid: string) => ({ order: { Uid: uid } });

describe('RecordingWebhookEmitter', () => {
  it('is an instance of WebhookEmitter', () => {
    expect(new RecordingWebhookEmitter()).toBeInstanceOf(WebhookEmitter);
  });

  it('records events as receivers would read them, in order', async () => {
    const emitter = new RecordingWebhookEmitter();
    const occurredAt = new Date(1_700_000_000_123);
    const options = { tenantUid: '7', eventUid: 'e-1', orderingKey: '700', occurredAt };
    expect(await emitter.emit('ORDER_SETTLED', order('700'), options)).toEqual({ eventUid: 'e-1' });
    await emitter.emitMany(
      [
        { action: 'TILL_OPEN', data: { till: { Uid: '30' } } },
        { action: 'ORDER_SETTLED', data: { ...order('701'), at: new Date(0), none: undefined } },
      ],
      to,
    );
    expect(emitter.events).toEqual([
      {
        tenantUid: '7',
        eventUid: 'e-1',
        action: 'ORDER_SETTLED',
        data: { tenant: { Uid: '7' }, order: { Uid: '700' } },
        orderingKey: '700',
        occurredAt,
      },
      expect.objectContaining({ action: 'TILL_OPEN', orderingKey: undefined, occurredAt: undefined }),
      expect.objectContaining({
        data: { tenant: { Uid: '7' }, order: { Uid: '701' }, at: '1970-01-01T00:00:00.000Z' },
      }),
    ]);
    expect(emitter.eventsOf('ORDER_SETTLED').map(({ data }) => data.order.Uid)).toEqual(['700', '701']);
  });

  it('hands out copies, and forgets events with clear()', async () => {
    const emitter = new RecordingWebhookEmitter();
    await emitter.emit('ORDER_SETTLED', order('700'), to);
    const { events } = emitter;
    emitter.clear();
    expect([events.length, emitter.events.length]).toEqual([1, 0]);
  });

  it.each([
    ['UNKNOWN_ACTION', 'ORDER_LOST', order('700'), to],
    ['UNKNOWN_ACTION', 'toString', order('700'), to],
    ['INVALID_TENANT_UID', 'ORDER_SETTLED', order('700'), { tenantUid: 'a b' }],
    ['INVALID_EVENT_UID', 'ORDER_SETTLED', order('700'), { ...to, eventUid: '' }],
    ['INVALID_ORDERING_KEY', 'ORDER_SETTLED', order('700'), { ...to, orderingKey: '' }],
    ['INVALID_OCCURRED_AT', 'ORDER_SETTLED', order('700'), { ...to, occurredAt: new Date(NaN) }],
    ['PAYLOAD_INVALID', 'ORDER_SETTLED', { ...order('700'), total: 1n }, to],
    ['PAYLOAD_TOO_LARGE', 'ORDER_SETTLED', { ...order('700'), text: 'x'.repeat(256 * 1024) }, to],
  ])('refuses the same calls as the real emitter: %s', async (code, action, data, options) => {
    const emitter = new RecordingWebhookEmitter();
    await expect(emitter.emit(action as 'ORDER_SETTLED', data, options)).rejects.toMatchObject({ code });
    expect(emitter.events).toEqual([]);
  });

  it('records an eventUid once, and refuses it with another body', async () => {
    const emitter = new RecordingWebhookEmitter();
    const options = { ...to, eventUid: 'e-1' };
    await emitter.emit('ORDER_SETTLED', order('700'), options);
    await emitter.emit('ORDER_SETTLED', order('700'), options);
    await emitter.emit('ORDER_SETTLED', order('700'), { ...options, tenantUid: '8' });
    expect(emitter).toHaveEmittedTimes('ORDER_SETTLED', 2);
    await expect(emitter.emit('ORDER_SETTLED', order('701'), options)).rejects.toMatchObject({
      code: 'EVENT_UID_CONFLICT',
    });
  });

  it("accepts a double for a manager, and the actions of the host's own catalog", async () => {
    const catalog = {
      CARD_USED: defineAction<{ card: string }>({ description: 'Used.', example: { card: '1' } }),
    };
    const emitter = new RecordingWebhookEmitter({ catalog });
    await emitter.emit('CARD_USED', { card: '12' }, { ...to, manager: {} as EntityManager });
    expect(emitter.eventsOf('CARD_USED')[0]!.data.card).toBe('12');
    await expect(emitter.emit('ORDER_SETTLED' as 'CARD_USED', { card: '1' }, to)).rejects.toMatchObject({
      code: 'UNKNOWN_ACTION',
    });
  });
});

describe('RecordingWebhookEmitter and transactions', () => {
  const adapted = (isOpen: boolean): HostTransaction => ({
    kind: 'Knex',
    subject: {},
    isOpen: () => isOpen,
    run: () => Promise.reject(new Error('Nothing is written.')),
    runSync: () => {
      throw new Error('Nothing is written.');
    },
  });

  it('accepts an open transaction of another library, and refuses one that has ended', async () => {
    const emitter = new RecordingWebhookEmitter();
    await emitter.emit('ORDER_SETTLED', order('700'), { ...to, transaction: adapted(true) });
    emitter.emitSync('ORDER_SETTLED', order('701'), { ...to, transaction: adapted(true) });
    emitter.afterCommit();
    expect(await emitter.wakeAfter(() => Promise.resolve(7))).toBe(7);
    expect(emitter).toHaveEmittedTimes('ORDER_SETTLED', 2);
    const ended = emitter.emit('ORDER_SETTLED', order('702'), { ...to, transaction: adapted(false) });
    await expect(ended).rejects.toMatchObject({ code: 'TRANSACTION_NOT_OPEN' });
  });

  it('refuses misspelt and missing options as the real emitter does', async () => {
    const emitter = new RecordingWebhookEmitter();
    const misspelt = { ...to, manger: {} };
    await expect(emitter.emit('ORDER_SETTLED', order('700'), misspelt)).rejects.toMatchObject({
      code: 'INVALID_EMIT_OPTION',
    });
    await expect(emitter.emit('ORDER_SETTLED', order('700'), undefined as never)).rejects.toMatchObject({
      code: 'INVALID_EMIT_OPTION',
    });
  });

  it('requires a transaction if the app does', async () => {
    const emitter = new RecordingWebhookEmitter({ catalog: posCatalog, requireTransaction: true });
    await expect(emitter.emit('ORDER_SETTLED', order('700'), to)).rejects.toMatchObject({
      code: 'TRANSACTION_REQUIRED',
    });
    await emitter.emit('ORDER_SETTLED', order('700'), { ...to, manager: {} as EntityManager });
    expect(emitter).toHaveEmitted('ORDER_SETTLED');
  });
});

describe('The matchers', () => {
  const emitted = async (): Promise<RecordingWebhookEmitter> => {
    const emitter = new RecordingWebhookEmitter();
    const data = { order: { Uid: '700', total: 19.9 }, lines: [{ sku: 'a', n: 1 }, { sku: 'b' }] };
    await emitter.emit('ORDER_SETTLED', data, to);
    return emitter;
  };

  it('match the action, and the payload in part', async () => {
    const emitter = await emitted();
    expect(emitter).toHaveEmitted('ORDER_SETTLED');
    expect(emitter).toHaveEmitted('ORDER_SETTLED', order('700'));
    expect(emitter).toHaveEmitted('ORDER_SETTLED', { lines: [{ sku: 'a' }, { sku: 'b' }] });
    expect(emitter).toHaveEmitted('ORDER_SETTLED', { order: { total: expect.any(Number) } });
    expect(emitter).toHaveEmitted('ORDER_SETTLED', { tenant: { Uid: '7' } });
    expect(emitter).not.toHaveEmitted('TILL_OPEN');
    expect(emitter).not.toHaveEmitted('ORDER_SETTLED', order('701'));
    expect(emitter).not.toHaveEmitted('ORDER_SETTLED', { lines: [{ sku: 'a' }] });
    expect(emitter).not.toHaveEmitted('ORDER_SETTLED', { order: { Uid: null } });
    expect(emitter).not.toHaveEmitted('ORDER_SETTLED', { order: { Uid: { value: '700' } } });
    expect(emitter).not.toHaveEmitted('ORDER_SETTLED', { lines: { 0: { sku: 'c' } } });
  });

  it('count events of an action', async () => {
    const emitter = await emitted();
    expect(emitter).toHaveEmittedTimes('ORDER_SETTLED', 1);
    expect(emitter).toHaveEmittedTimes('TILL_OPEN', 0);
    expect(emitter).not.toHaveEmittedTimes('ORDER_SETTLED', 2);
  });

  it('say what was emitted instead', async () => {
    const emitter = await emitted();
    expect(() => expect(emitter).toHaveEmitted('ORDER_SETTLED', order('701'))).toThrow(
      /Expected an event ORDER_SETTLED with \{ order: \{ Uid: '701' \} \}[\s\S]*Uid: '700'/,
    );
    expect(() => expect(emitter).not.toHaveEmitted('ORDER_SETTLED')).toThrow(/Expected no event/);
    expect(() => expect(new RecordingWebhookEmitter()).toHaveEmitted('TILL_OPEN')).toThrow(
      'Emitted: nothing',
    );
    expect(() => expect(emitter).toHaveEmittedTimes('ORDER_SETTLED', 3)).toThrow(
      'Expected 3 event(s) ORDER_SETTLED, emitted: 1.',
    );
    expect(() => expect(emitter).not.toHaveEmittedTimes('ORDER_SETTLED', 1)).toThrow(
      'Expected not exactly 1 event(s) ORDER_SETTLED, emitted: 1.',
    );
  });

  it('refuse a value that records no events', () => {
    expect(() => expect({}).toHaveEmitted('ORDER_SETTLED')).toThrow(NotARecordingEmitterError);
    expect(() => expect(undefined).not.toHaveEmitted('ORDER_SETTLED')).toThrow(NotARecordingEmitterError);
  });
});
