import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALL_DELIVERIES } from '../../support/all-deliveries.js';
import type { ApiClient } from '../../support/api-client.js';
import { eachDatabase } from '../../support/databases.js';
import { newTenant } from '../../support/each-host.js';
import { eventually } from '../../support/eventually.js';
import { Receiver } from '../../support/receiver.js';
import { seedBacklog, seedDeliveries } from '../../support/seed-deliveries.js';
import { TestHost } from '../../support/test-host.js';

interface Delivery {
  eventUid: string;
  status: string;
  reason: string | null;
  nextAttemptAt: string | null;
  finishedAt: string | null;
}

const transport = { name: 'x', url: 'https://erp.example.com' };

describe('deleting an HTTP transport', () => {
  eachDatabase((database) => {
    let host: TestHost;
    beforeAll(async () => {
      host = await TestHost.start({ database: database(), webhooks: { worker: false } });
    });
    afterAll(() => host?.close());

    const newApi = async (tenantUid: string): Promise<ApiClient> => {
      const api = host.api(tenantUid);
      for (const httpTransportUid of ['erp', 'shop']) {
        await api.post('/httptransports', { ...transport, httpTransportUid });
      }
      return api;
    };

    const count = async (sql: string): Promise<number> => {
      const [row] = await host.dataSource.query<{ n: number | string }[]>(`SELECT count(*) AS n FROM ${sql}`);
      return Number(row!.n);
    };

    it('cancels its pending deliveries, and nothing else', async () => {
      const tenantUid = newTenant();
      const api = await newApi(tenantUid);
      const seeds = [
        { eventUid: 'pending' },
        { eventUid: 'delivered', status: 'DELIVERED' },
        { eventUid: 'failed', status: 'FAILED' },
        { eventUid: 'elsewhere', httpTransportUid: 'shop' },
      ];
      await seedDeliveries(
        host.dataSource,
        seeds.map((seed) => ({ tenantUid, httpTransportUid: 'erp', webhookUid: 'w', ...seed })),
      );
      expect((await api.delete('/httptransports/erp')).status).toBe(204);

      const { body } = await api.get<{ items: Delivery[] }>('/deliveries');
      const byEvent = Object.fromEntries(body.items.map((delivery) => [delivery.eventUid, delivery]));
      expect(byEvent.pending).toMatchObject({
        status: 'CANCELLED',
        reason: 'TRANSPORT_DELETED',
        nextAttemptAt: null,
        finishedAt: expect.any(String),
      });
      expect(byEvent.delivered).toMatchObject({ status: 'DELIVERED', reason: null });
      expect(byEvent.failed).toMatchObject({ status: 'FAILED', reason: null });
      expect(byEvent.elsewhere).toMatchObject({ status: 'PENDING', nextAttemptAt: expect.any(String) });
      expect(await count('webhook_queue')).toBe(1);
    });

    it.each([199, 200, 201, 1_000])('cancels every delivery of a backlog of %i', async (backlog) => {
      const tenantUid = newTenant();
      const api = await newApi(tenantUid);
      await api.post('/httptransports/erp/webhooks', { action: '*' });
      await seedBacklog(host.dataSource, { tenantUid, httpTransportUid: 'erp', count: backlog });
      const ofTenant = deliveriesOf(tenantUid);
      expect(await count(`${ofTenant} AND status = 'PENDING'`)).toBe(backlog);
      const queuedElsewhere = (await count('webhook_queue')) - backlog;

      expect((await api.delete('/httptransports/erp')).status).toBe(204);

      expect(await count(`${ofTenant} AND status = 'CANCELLED'`)).toBe(backlog);
      expect(await count('webhook_queue')).toBe(queuedElsewhere);
      expect((await api.get<{ items: [] }>('/webhooks')).body.items).toEqual([]);
    });

    it('by two at once succeeds for one and is a 404 for the other', async () => {
      const tenantUid = newTenant();
      const api = await newApi(tenantUid);
      await seedBacklog(host.dataSource, { tenantUid, httpTransportUid: 'erp', count: 1_200 });
      const responses = await Promise.all([
        api.delete('/httptransports/erp'),
        api.delete('/httptransports/erp'),
      ]);
      expect(responses.map(({ status }) => status).sort()).toEqual([204, 404]);
      expect(await count(`${deliveriesOf(tenantUid)} AND status = 'PENDING'`)).toBe(0);
    });

    it('while its webhooks are being deleted succeeds', async () => {
      for (let round = 0; round < 5; round += 1) {
        const api = await newApi(newTenant());
        const paths = Array.from({ length: 6 }, (_, n) => `/httptransports/erp/webhooks/w${n}`);
        for (const [n] of paths.entries())
          await api.post('/httptransports/erp/webhooks', { webhookUid: `w${n}`, action: '*' });
        const [transport, ...webhooks] = await Promise.all([
          api.delete('/httptransports/erp'),
          ...paths.map((path) => api.delete(path)),
        ]);
        expect(transport.status).toBe(204);
        for (const { status } of webhooks) expect([204, 404]).toContain(status);
      }
    });

    it('while webhooks are being created leaves none behind', async () => {
      const api = await newApi(newTenant());
      const create = () => api.post('/httptransports/erp/webhooks', { action: '*' });
      const responses = await Promise.all([
        create(),
        create(),
        api.delete('/httptransports/erp'),
        create(),
        create(),
      ]);
      expect(responses[2].status).toBe(204);
      for (const { status } of responses) expect([200, 204, 404]).toContain(status);
      expect((await api.get<{ items: [] }>('/webhooks')).body.items).toEqual([]);
    });
  });
});

describe('deleting an HTTP transport while events are fanned out to it and its deliveries are sent', () => {
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await Receiver.start();
  });
  afterAll(() => receiver.close());

  eachDatabase((database) => {
    let host: TestHost;
    beforeAll(async () => {
      host = await TestHost.start({ database: database() });
    });
    afterAll(() => host?.close());

    it('leaves nothing pending and nothing in the queue', async () => {
      const tenantUid = newTenant();
      const api = host.api(tenantUid);
      receiver.reset();
      // Every second request fails, so the circuit stays closed: some rows are removed, and others get a new due date.
      receiver.respond(() => ({ status: receiver.requests.length % 2 ? 500 : 204, delayMs: 5 }));
      await api.post('/httptransports', { ...transport, httpTransportUid: 'erp', url: receiver.url });
      await api.post('/httptransports/erp/webhooks', { action: '*' });
      const data = { warehouse: { Uid: '1' }, product: { Uid: '2' } };
      const emit = () =>
        host.emitter.emitMany(
          Array.from({ length: 50 }, () => ({ action: 'STOCK_CHANGE' as const, data })),
          { tenantUid },
        );
      for (let round = 0; round < 10; round += 1) await emit();
      await receiver.waitFor(20);
      const [{ status }] = await Promise.all([api.delete('/httptransports/erp'), emit(), emit(), emit()]);
      expect(status).toBe(204);

      const rows = async (sql: string): Promise<number> => {
        const [row] = await host.dataSource.query<{ n: number | string }[]>(
          `SELECT count(*) AS n FROM ${sql}`,
        );
        return Number(row!.n);
      };
      await eventually(async () => (await rows('webhook_outbox')) === 0);
      const ofTenant = deliveriesOf(tenantUid);
      expect(await rows(`${ofTenant} AND status = 'PENDING'`)).toBe(0);
      expect(await rows(`${ofTenant} AND status = 'CANCELLED'`)).toBeGreaterThan(0);
      expect(await rows('webhook_queue')).toBe(0);
    });
  });
});

/** A table expression of the tenant's deliveries, to which conditions can be added. */
const deliveriesOf = (tenantUid: string): string =>
  `${ALL_DELIVERIES} WHERE tenant_id = (SELECT id FROM webhook_tenant WHERE tenant_uid = '${tenantUid}')`;
