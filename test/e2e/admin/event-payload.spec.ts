import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { WebhookEvents } from 'nestjs-tillhook';
import { eachDatabase } from '../../support/databases.js';
import { eventually } from '../../support/eventually.js';
import { Receiver } from '../../support/receiver.js';
import { TestHost } from '../../support/test-host.js';

const ORDER = { order: { Uid: '700' } };
const PERSON = { order: { Uid: 'order-of-customer' } };

interface Listed {
  items: { deliveryUid: string; eventUid: string; status: string; reason: string | null }[];
}

describe('the payload of an event', () => {
  eachDatabase((database) => {
    let host: TestHost;
    let receiver: Receiver;
    beforeAll(async () => {
      receiver = await Receiver.start();
      host = await TestHost.start({ database: database(), webhooks: { retryScheduleMs: [60_000] } });
    });
    afterEach(() => receiver.respond({ status: 204 }));
    afterAll(async () => {
      await host.close();
      await receiver.close();
    });

    const subscribe = async (tenantUid: string, webhook: object = {}): Promise<void> => {
      const api = host.api(tenantUid);
      await api.post('/httptransports', { httpTransportUid: 'erp', name: 'ERP', url: receiver.url });
      const { status } = await api.post('/httptransports/erp/webhooks', { action: '*', ...webhook });
      expect(status).toBe(200);
    };
    const deliveries = async (tenantUid: string): Promise<Listed['items']> =>
      (await host.api(tenantUid).get<Listed>('/deliveries')).body.items;
    const until = (tenantUid: string, ...statuses: string[]) =>
      eventually(async () => {
        const items = await deliveries(tenantUid);
        return JSON.stringify(items.map(({ status }) => status)) === JSON.stringify(statuses) && items;
      });
    const erase = (tenantUid: string, eventUid: string) =>
      host.api(tenantUid).delete(`/webhookevents/${eventUid}/payload`);
    const received = (eventUid: string) =>
      receiver.requests.filter(({ headers }) => headers['webhook-id'] === eventUid);

    it('is erased for good; the delivery stays in the log, and a repeated emit does not bring it back', async () => {
      await subscribe('erased');
      const options = { tenantUid: 'erased', eventUid: 'order-1', orderingKey: 'customer-7' };
      await host.emitter.emit('ORDER_SETTLED', PERSON, options);
      const [{ deliveryUid }] = (await until('erased', 'DELIVERED')) as [Listed['items'][0]];
      for (let n = 0; n < 2; n += 1) expect(await erase('erased', 'order-1')).toMatchObject({ status: 204 });
      await host.emitter.emit('ORDER_SETTLED', PERSON, options);
      const { body } = await host.api('erased').get(`/deliveries/${deliveryUid}`);
      expect(body).toMatchObject({ status: 'DELIVERED', event: { eventUid: 'order-1', body: null } });
      const rows = await host.dataSource.query<{ body: string; ordering_key: string | null }[]>(
        `SELECT body, ordering_key FROM webhook_event WHERE tenant_uid = 'erased'`,
      );
      expect(rows).toEqual([{ body: '', ordering_key: null }]);
    });

    it('is not sent any more: pending deliveries end as CANCELLED', async () => {
      await subscribe('pending');
      receiver.respond({ status: 500 });
      const { eventUid } = await host.emitter.emit('ORDER_SETTLED', PERSON, { tenantUid: 'pending' });
      await eventually(() => received(eventUid).length === 1);
      await until('pending', 'PENDING');
      expect((await erase('pending', eventUid)).status).toBe(204);
      expect(await deliveries('pending')).toMatchObject([{ status: 'CANCELLED', reason: 'PAYLOAD_GONE' }]);
      expect(received(eventUid)).toHaveLength(1);
    });

    it('releases, when it is erased, the next delivery with its ordering key', async () => {
      await subscribe('ordered', { ordered: true });
      receiver.respond({ status: 500 });
      const options = { tenantUid: 'ordered', orderingKey: 'order-1' };
      const head = await host.emitter.emit('ORDER_SETTLED', PERSON, options);
      const next = await host.emitter.emit('ORDER_SETTLED', ORDER, options);
      await eventually(() => received(head.eventUid).length === 1);
      await until('ordered', 'PENDING', 'PENDING');
      receiver.respond({ status: 204 });
      expect((await erase('ordered', head.eventUid)).status).toBe(204);
      await until('ordered', 'DELIVERED', 'CANCELLED');
      expect(received(next.eventUid)).toHaveLength(1);
    });

    it('creates no deliveries if it is erased before its fan-out', async () => {
      await subscribe('unfanned');
      await host.api('unfanned').post('/httptransports/erp/pause', {});
      const emitter = await TestHost.start({ database: database(), webhooks: { worker: false } });
      await host.close();
      const { eventUid } = await emitter.emitter.emit('ORDER_SETTLED', PERSON, { tenantUid: 'unfanned' });
      await emitter.app.get(WebhookEvents, { strict: false }).expungePayload('unfanned', eventUid);
      const later = await emitter.emitter.emit('ORDER_SETTLED', ORDER, { tenantUid: 'unfanned' });
      await emitter.close();
      host = await TestHost.start({ database: database(), webhooks: { retryScheduleMs: [60_000] } });
      const items = await until('unfanned', 'PENDING');
      expect(items.map((item) => item.eventUid)).toEqual([later.eventUid]);
    });

    it('is found only by its own tenant', async () => {
      await subscribe('owner');
      const { eventUid } = await host.emitter.emit('ORDER_SETTLED', ORDER, { tenantUid: 'owner' });
      const foreign = await erase('stranger', eventUid);
      expect(foreign).toMatchObject({ status: 404, body: { code: 'EVENT_NOT_FOUND' } });
      expect((await erase('owner', 'unknown')).body).toEqual(foreign.body);
      expect(await erase('owner', 'no.uid')).toMatchObject({
        status: 400,
        body: { code: 'VALIDATION_FAILED' },
      });
      const events = host.app.get(WebhookEvents, { strict: false });
      await expect(events.expungePayload('stranger', eventUid)).rejects.toMatchObject({
        code: 'EVENT_NOT_FOUND',
      });
      await until('owner', 'DELIVERED');
      expect(received(eventUid)[0]!.body.toString()).toContain('700');
    });
  });
});
