import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { eachDatabase } from '../../support/databases.js';
import { jsonOf, Receiver } from '../../support/receiver.js';
import { SampleApp } from './sample-app.js';
import type { SampleResponse, Call } from './sample-client.js';

interface Batch extends Record<string, unknown> {
  count: number;
  eventUids: string[];
}

eachDatabase((db, kind) => {
  let app: SampleApp;
  let receiver: Receiver;
  let call: Call;

  beforeAll(async () => {
    receiver = await Receiver.start();
    app = await SampleApp.start(db(), { WEBHOOKS_TRANSPORT_CONCURRENCY: '64' });
    call = await app.signIn();
    await call('POST', '/httptransports', { httpTransportUid: 'shop', name: 'Shop', url: receiver.url });
    await call('POST', '/httptransports/shop/webhooks', { action: '*' });
    await call('POST', '/httptransports/shop/webhooks', { action: 'TILL_CLOSED', ordered: true });
  });
  afterAll(async () => {
    await app?.close();
    await receiver?.close();
  });
  beforeEach(() => receiver.reset());

  const data = { store: { Id: 1, Uid: '70' }, order: { Id: 7123, Uid: '700' } };
  const emit = (body: Record<string, unknown>) =>
    call('POST', '/events', { action: 'ORDER_SETTLED', data, ...body });
  const emitBatch = (body: Record<string, unknown>): Promise<SampleResponse<Batch>> =>
    call<Batch>('POST', '/events/batch', { action: 'STOCK_CHANGE', data, ...body });

  describe('POST …/events', () => {
    it('emits the data as it was sent, and responds with the webhook-id', async () => {
      const odd = { z: 1, a: [{ '': null }], ünï: '\u2028\u0000"', constructor: { deep: true }, n: 1e-7 };
      const { status, body } = await emit({ data: odd });
      expect({ status, body }).toEqual({ status: 200, body: { eventUid: expect.any(String) as unknown } });
      const [request] = await receiver.waitFor(1);
      expect(request?.headers['webhook-id']).toBe(body.eventUid);
      expect(request?.body.toString()).toBe(
        JSON.stringify({ action: 'ORDER_SETTLED', tenant: { Uid: 'demo' }, ...odd }),
      );
    });

    it('responds only after the transaction it held open, and delivers only then', async () => {
      const startedAt = Date.now();
      const response = emit({ holdMs: 400 });
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(receiver.requests).toHaveLength(0);
      expect(await response).toMatchObject({ status: 200 });
      expect(Date.now() - startedAt).toBeGreaterThanOrEqual(395);
      await receiver.waitFor(1);
    });

    it('emits nothing if the request asks for a rollback', async () => {
      const { status, body } = await emit({ rollback: true, holdMs: 20 });
      expect({ status, body }).toEqual({
        status: 200,
        body: { eventUid: expect.any(String) as unknown, rolledBack: true },
      });
      const kept = await emit({});
      await receiver.waitFor(1);
      const log = await call<{ items: { eventUid: string }[] }>('GET', '/deliveries?pageSize=100');
      const logged = log.body.items.map(({ eventUid }) => eventUid);
      expect(logged[0]).toBe(kept.body.eventUid);
      expect(logged).not.toContain(body.eventUid);
    });

    it('accepts the same eventUid again with the same body, and refuses it with another', async () => {
      const eventUid = `mine-${kind}`;
      expect(await emit({ eventUid })).toEqual({ status: 200, body: { eventUid } });
      expect(await emit({ eventUid })).toEqual({ status: 200, body: { eventUid } });
      expect(await emit({ eventUid, data: { ...data, total: 1 } })).toMatchObject({
        status: 409,
        body: { statusCode: 409, error: 'Conflict', code: 'EVENT_UID_CONFLICT' },
      });
      await emit({ eventUid: `last-${kind}` });
      const arrived = (await receiver.waitFor(2)).map(({ headers }) => headers['webhook-id']);
      expect(arrived.sort()).toEqual([`last-${kind}`, eventUid]);
    });

    it('accepts an event of 256 KiB and refuses a larger one', async () => {
      const envelope = JSON.stringify({ action: 'ORDER_SETTLED', tenant: { Uid: 'demo' }, text: '' }).length;
      const text = 'x'.repeat(256 * 1024 - envelope);
      expect(await emit({ data: { text } })).toMatchObject({ status: 200 });
      const [request] = await receiver.waitFor(1);
      expect(request?.body).toHaveLength(256 * 1024);
      expect(await emit({ data: { text: `${text}x` } })).toMatchObject({
        status: 413,
        body: { statusCode: 413, error: 'Payload Too Large', code: 'PAYLOAD_TOO_LARGE' },
      });
    });

    it.each<[string, Record<string, unknown>, string | undefined]>([
      ['an unknown action', { action: 'NO_SUCH_ACTION' }, 'UNKNOWN_ACTION'],
      ['an action that is an object', { action: {} }, undefined],
      ['no data', { data: undefined }, 'PAYLOAD_INVALID'],
      ['null as data', { data: null }, 'PAYLOAD_INVALID'],
      ['a list as data', { data: [] }, 'PAYLOAD_INVALID'],
      ['text as data', { data: 'x' }, 'PAYLOAD_INVALID'],
      ['data with an action of its own', { data: { action: 'TILL_OPEN' } }, 'PAYLOAD_INVALID'],
      [
        'data nested too deeply',
        { data: JSON.parse('{"a":'.repeat(40) + '1' + '}'.repeat(40)) as unknown },
        'PAYLOAD_INVALID',
      ],
      ['a bad eventUid', { eventUid: 'a b' }, 'INVALID_EVENT_UID'],
      ['a bad orderingKey', { orderingKey: '' }, 'INVALID_ORDERING_KEY'],
      ['an orderingKey that is a number', { orderingKey: 7 }, 'INVALID_ORDERING_KEY'],
      ['a hold of over a minute', { holdMs: 60_001 }, undefined],
      ['a hold that is text', { holdMs: '5' }, undefined],
      ['a rollback that is text', { rollback: 'true' }, undefined],
      ['an unknown member', { hold: 5 }, undefined],
    ])('refuses %s', async (_what, wrong, code) => {
      const { status, body } = await emit(wrong);
      expect({ status, statusCode: body.statusCode, error: body.error }).toEqual({
        status: 400,
        statusCode: 400,
        error: 'Bad Request',
      });
      expect(body.code).toBe(code);
    });

    it('refuses data that is nested 2,000 levels deep', async () => {
      const deep = JSON.parse('{"a":'.repeat(2_000) + '1' + '}'.repeat(2_000)) as unknown;
      expect(await emit({ data: deep })).toMatchObject({ status: 400, body: { code: 'PAYLOAD_INVALID' } });
    });
  });

  describe('POST …/events/batch', () => {
    it('emits up to 10,000 events in one transaction', async () => {
      // This tenant has no webhooks, so its 10,000 events lead to no deliveries.
      const other = await app.signIn('admin', 'other');
      const body = { action: 'STOCK_CHANGE', data: { n: 1 }, count: 10_000 };
      const response = await other<Batch>('POST', '/events/batch', body);
      expect([response.status, response.body.count]).toEqual([200, 10_000]);
      expect(new Set(response.body.eventUids).size).toBe(10_000);
      const [row] = await app
        .get(DataSource)
        .query<{ count: number | string }[]>(
          `SELECT count(*) AS count FROM webhook_event WHERE tenant_uid = 'other'`,
        );
      expect(Number(row!.count)).toBe(10_000);
    }, 90_000);

    it('delivers each event of a batch once', async () => {
      const { body } = await emitBatch({ count: 1_000, data: { n: 1 } });
      const arrived = await receiver.waitFor(1_000, 60_000);
      expect(arrived.map(({ headers }) => headers['webhook-id']).sort()).toEqual(body.eventUids.sort());
    }, 90_000);

    it('gives the events ordering keys in turn, so that each key arrives in order', async () => {
      const { body } = await emitBatch({ action: 'TILL_CLOSED', count: 60, orderingKeys: 3 });
      const place = new Map(body.eventUids.map((eventUid, index) => [eventUid, index]));
      const arrived = (await receiver.waitFor(60)).map(
        ({ headers }) => place.get(headers['webhook-id'] ?? '') ?? -1,
      );
      for (const key of [0, 1, 2]) {
        const ofKey = arrived.filter((index) => index % 3 === key);
        expect(ofKey).toEqual([...ofKey].sort((a, b) => a - b));
        expect(ofKey).toHaveLength(20);
      }
    });

    it('accepts the keys as a list too, and rolls back as one', async () => {
      const rolledBack = await emitBatch({ count: 5, orderingKeys: ['a', 'b'], rollback: true });
      expect(rolledBack).toMatchObject({ status: 200, body: { count: 5, rolledBack: true } });
      await emitBatch({ count: 2, orderingKeys: ['a', 'b'] });
      await receiver.waitFor(2);
      const log = await call<{ items: { eventUid: string }[] }>('GET', '/deliveries?pageSize=100');
      const logged = new Set(log.body.items.map(({ eventUid }) => eventUid));
      expect(rolledBack.body.eventUids.filter((eventUid) => logged.has(eventUid))).toEqual([]);
    });

    it.each([
      [{ count: 0 }],
      [{ count: 10_001 }],
      [{ count: 1.5 }],
      [{}],
      [{ count: 1, orderingKeys: 0 }],
      [{ count: 1, orderingKeys: [] }],
      [{ count: 1, orderingKeys: [7] }],
      [{ count: 1, orderingKeys: [''] }],
      [{ count: 1, eventUid: 'one-for-all' }],
    ])('refuses %j', async (body) => {
      expect(await emitBatch(body)).toMatchObject({ status: 400, body: { error: 'Bad Request' } });
    });
  });

  it('delivers only what was committed, however many transactions run at once', async () => {
    const responses = await Promise.all(
      Array.from({ length: 100 }, (_, n) => emit({ data: { n }, rollback: n % 2 === 1, holdMs: n % 5 })),
    );
    expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 200));
    const last = await emit({ data: { n: 'last' } });
    const arrived = await receiver.waitFor(51);
    const numbers = arrived.map((request) => jsonOf(request).n);
    expect(new Set(numbers)).toEqual(new Set([...Array.from({ length: 50 }, (_, n) => 2 * n), 'last']));
    expect(last.status).toBe(200);
  });
});
