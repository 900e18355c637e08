import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { WebhookEvents } from 'nestjs-tillhook';
import type { ApiClient } from '../../support/api-client.js';
import { eachDatabase } from '../../support/databases.js';
import { newTenant } from '../../support/each-host.js';
import { eventually } from '../../support/eventually.js';
import { Receiver, type ResponsePlan, type ReceivedRequest } from '../../support/receiver.js';
import { seedDeliveries } from '../../support/seed-deliveries.js';
import { seedEvents } from '../../support/seed-events.js';
import { TestHost } from '../../support/test-host.js';

interface Line {
  webhookUid: string;
  httpTransportUid: string;
  deleted: boolean;
  outcome: string;
  reason: string | null;
  basis: string;
  changedSince: boolean | null;
  delivery: { deliveryUid: string; webhookUid: string; status: string; reason: string | null } | null;
  waitsFor: { cause: string; until: string | null; deliveryUid: string | null }[];
}

interface Explanation {
  event: { eventUid: string; body: unknown; fannedOut: boolean };
  items: Line[];
  paging: { pageSize: number; nextCursor: string | null };
}

/** Responds with the status at the end of the path: `/hook/503`. */
const asPathSays = ({ path }: ReceivedRequest): ResponsePlan => {
  const status = Number(/\d+$/.exec(path)?.[0] ?? 204);
  return status === 503 ? { status, headers: { 'retry-after': '3000' } } : { status };
};

describe('the explanation of an event', () => {
  eachDatabase((database) => {
    let host: TestHost;
    let tenantUid: string;
    let api: ApiClient;
    beforeEach(() => {
      tenantUid = newTenant();
      api = host.api(tenantUid);
    });

    const explain = async (eventUid: string, query = ''): Promise<Explanation> => {
      const { status, body } = await api.get<Explanation>(`/webhookevents/${eventUid}${query}`);
      expect(status).toBe(200);
      return body;
    };
    const lines = async (eventUid: string): Promise<Record<string, Line>> =>
      Object.fromEntries((await explain(eventUid)).items.map((line) => [line.webhookUid, line]));
    const emit = async (uid: string, orderingKey?: string): Promise<string> => {
      const options = { tenantUid, ...(orderingKey !== undefined && { orderingKey }) };
      return (await host.emitter.emit('ORDER_SETTLED', { order: { Uid: uid } }, options)).eventUid;
    };
    const transport = (httpTransportUid: string, url: string, settings: object = {}) =>
      api.post('/httptransports', { httpTransportUid, name: httpTransportUid, url, ...settings });
    const webhook = (httpTransportUid: string, webhookUid: string, settings: object = {}) =>
      api.post(`/httptransports/${httpTransportUid}/webhooks`, { webhookUid, action: '*', ...settings });
    const command = (httpTransportUid: string, name: string) =>
      api.request('POST', `/httptransports/${httpTransportUid}/${name}`);

    describe('in a process that delivers', () => {
      let receiver: Receiver;

      beforeAll(async () => {
        receiver = await Receiver.start();
        receiver.respond(asPathSays);
        host = await TestHost.start({
          database: database(),
          webhooks: { circuitFailures: 2, circuitCoolDownMs: 3_600_000, retryScheduleMs: [1_800_000] },
        });
      });
      afterAll(async () => {
        await host?.close();
        await receiver?.close();
      });

      it('says for each webhook why it has a delivery or none', async () => {
        await transport('erp', receiver.url);
        await transport('down', receiver.url);
        await webhook('erp', 'every');
        await webhook('erp', 'orders', { action: 'ORDER_SETTLED' });
        await webhook('erp', 'tills', { action: 'TILL_*' });
        await webhook('erp', 'off', { enabled: false });
        await webhook('down', 'missed');
        await command('down', 'disable');
        const eventUid = await emit('1');
        await eventually(async () => (await lines(eventUid)).orders!.delivery?.status === 'DELIVERED');
        await transport('new', receiver.url);
        await webhook('new', 'newest');
        await webhook('erp', 'later');

        const { event, items, paging } = await explain(eventUid);
        expect(event).toMatchObject({
          eventUid,
          action: 'ORDER_SETTLED',
          fannedOut: true,
          orderingKey: null,
        });
        expect(event.body).toMatchObject({ order: { Uid: '1' } });
        expect(paging.nextCursor).toBeNull();
        const shown = items.map(({ webhookUid, outcome, reason, basis, delivery }) => [
          webhookUid,
          outcome,
          reason,
          basis,
          delivery && `${delivery.webhookUid} ${delivery.status}`,
        ]);
        expect(shown).toEqual([
          ['every', 'NO_DELIVERY', 'OTHER_WEBHOOK', 'DERIVED', 'orders DELIVERED'],
          ['orders', 'DELIVERY', null, 'RECORDED', 'orders DELIVERED'],
          ['tills', 'NO_DELIVERY', 'ACTION_DIFFERS', 'DERIVED', null],
          ['off', 'NO_DELIVERY', 'WEBHOOK_DISABLED', 'DERIVED', null],
          ['missed', 'DELIVERY', null, 'RECORDED', 'missed MISSED'],
          ['newest', 'NO_DELIVERY', 'TRANSPORT_CREATED_LATER', 'RECORDED', null],
          ['later', 'NO_DELIVERY', 'WEBHOOK_CREATED_LATER', 'RECORDED', null],
        ]);
        expect(items[4]!.delivery!.reason).toBe('TRANSPORT_DISABLED');
        expect(items.every(({ waitsFor }) => waitsFor.length === 0)).toBe(true);
        expect(await host.app.get(WebhookEvents, { strict: false }).explain(tenantUid, eventUid)).toEqual(
          await explain(eventUid),
        );
      });

      it('says what each pending delivery waits for', async () => {
        const waits = async (eventUid: string, webhookUid: string): Promise<string[]> =>
          (await lines(eventUid))[webhookUid]!.waitsFor.map(({ cause }) => cause);
        await transport('paused', receiver.url);
        await transport('busy', `${receiver.url}/503`);
        await transport('broken', `${receiver.url}/500`);
        await transport('slow', receiver.url, { rateLimit: { requests: 1, perSeconds: 3_600 } });
        await command('paused', 'pause');
        await webhook('paused', 'ordered', { ordered: true });
        for (const uid of ['busy', 'broken', 'slow']) await webhook(uid, uid);
        const first = await emit('1', 'till-7');
        await eventually(async () => (await lines(first)).slow!.delivery?.status === 'DELIVERED');
        await eventually(async () => (await waits(first, 'broken')).includes('SCHEDULE'));
        const second = await emit('2', 'till-7');

        await eventually(async () => (await waits(second, 'broken')).includes('CIRCUIT'));
        await eventually(async () => (await waits(second, 'slow')).includes('RATE_LIMIT'));
        await eventually(async () => (await waits(first, 'busy')).includes('SCHEDULE'));
        const before = await lines(first);
        const after = await lines(second);
        expect(before.ordered!.waitsFor).toEqual([
          { cause: 'TRANSPORT_PAUSED', until: null, deliveryUid: null },
        ]);
        expect(after.ordered!.waitsFor).toEqual([
          { cause: 'TRANSPORT_PAUSED', until: null, deliveryUid: null },
          { cause: 'EARLIER_DELIVERY', until: null, deliveryUid: before.ordered!.delivery!.deliveryUid },
        ]);
        expect(before.busy!.waitsFor.map(({ cause }) => cause)).toEqual(['RETRY_AFTER', 'SCHEDULE']);
        expect(after.busy!.waitsFor.map(({ cause }) => cause)).toEqual(['RETRY_AFTER']);
        expect(before.broken!.waitsFor.map(({ cause }) => cause)).toEqual(['CIRCUIT', 'SCHEDULE']);
        expect(Date.parse(after.slow!.waitsFor[0]!.until!)).toBeGreaterThan(Date.now());
      });
    });

    describe('in a process that does not deliver', () => {
      const HOUR_MS = 3_600_000;
      beforeAll(async () => {
        host = await TestHost.start({ database: database(), webhooks: { worker: false } });
      });
      afterAll(() => host?.close());

      it('says for each matching webhook that the event waits for the fan-out', async () => {
        await transport('erp', 'https://erp.example.com');
        await webhook('erp', 'every');
        await webhook('erp', 'tills', { action: 'TILL_OPEN' });
        const eventUid = await emit('1');
        expect((await explain(eventUid)).event.fannedOut).toBe(false);
        const { every, tills } = await lines(eventUid);
        expect([every!.outcome, every!.reason, every!.basis]).toEqual(['WAITING', 'FAN_OUT', 'DERIVED']);
        expect([tills!.outcome, tills!.reason]).toEqual(['NO_DELIVERY', 'ACTION_DIFFERS']);
      });

      it('knows an event of a tenant of which nothing else is stored', async () => {
        const { event, items } = await explain(await emit('1'));
        expect([event.fannedOut, items]).toEqual([false, []]);
      });

      it('says that a due delivery waits for a worker, also when its webhook was deleted', async () => {
        await transport('erp', 'https://erp.example.com');
        await seedDeliveries(host.dataSource, [
          { tenantUid, httpTransportUid: 'erp', webhookUid: 'deleted', eventUid: 'event-1' },
        ]);
        const { deleted } = await lines('event-1');
        expect(deleted).toMatchObject({
          outcome: 'DELIVERY',
          basis: 'RECORDED',
          deleted: true,
          changedSince: null,
        });
        expect(deleted!.delivery!.status).toBe('PENDING');
        expect(deleted!.waitsFor).toEqual([{ cause: 'WORKER', until: null, deliveryUid: null }]);
      });

      it('does not guess: it says so if the record has expired or the configuration was changed', async () => {
        await transport('erp', 'https://erp.example.com');
        await webhook('erp', 'unchanged');
        await webhook('erp', 'changed');
        const old = Date.now() - 100 * 24 * HOUR_MS;
        await host.dataSource.query(
          `UPDATE webhook_http_transport SET created_at = ${old} WHERE tenant_uid = '${tenantUid}'`,
        );
        await host.dataSource.query(
          `UPDATE webhook_webhook SET created_at = ${old}, last_modified_at = CASE webhook_uid WHEN 'changed' THEN last_modified_at ELSE ${old} END WHERE tenant_uid = '${tenantUid}'`,
        );
        await seedEvents(host.dataSource, { tenantUid, count: 1, createdAt: old + HOUR_MS });
        const { unchanged, changed } = await lines('event-1');
        expect(unchanged).toMatchObject({
          outcome: 'UNKNOWN',
          reason: 'RECORD_EXPIRED',
          basis: 'EXPIRED',
          changedSince: false,
        });
        expect(changed).toMatchObject({
          outcome: 'UNKNOWN',
          reason: 'CONFIGURATION_CHANGED',
          basis: 'DERIVED',
          changedSince: true,
        });
      });

      it('is read page by page, deleted webhooks included', async () => {
        await transport('erp', 'https://erp.example.com');
        await transport('shop', 'https://shop.example.com');
        for (const uid of ['a', 'b', 'c']) await webhook('erp', uid);
        await seedDeliveries(host.dataSource, [
          { tenantUid, httpTransportUid: 'shop', webhookUid: 'deleted', eventUid: 'event-1' },
        ]);
        const read: string[] = [];
        let cursor: string | null = null;
        do {
          const query: string = cursor ? `&cursor=${cursor}` : '';
          const { items, paging } = await explain('event-1', `?pageSize=2${query}`);
          read.push(...items.map(({ webhookUid }) => webhookUid));
          cursor = paging.nextCursor;
        } while (cursor);
        expect(read).toEqual(['a', 'b', 'c', 'deleted']);
      });

      it('is the same 404 for an event of another tenant and for one that does not exist', async () => {
        const eventUid = await emit('1');
        const other = host.api(newTenant());
        const there = await other.get(`/webhookevents/${eventUid}`);
        expect(there.status).toBe(404);
        expect(there.body).toMatchObject({ code: 'EVENT_NOT_FOUND' });
        expect(there.body).toEqual((await other.get('/webhookevents/no-such-event')).body);
        expect(
          (await api.get(`/webhookevents/${eventUid}?cursor=7.p2Zk1b0Uu8Vj3p4n5qYxkA`)).body,
        ).toMatchObject({
          code: 'INVALID_CURSOR',
        });
      });
    });
  });
});
