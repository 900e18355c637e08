import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { text } from 'node:stream/consumers';
import { WebhookTenants, type TenantExportLine } from 'nestjs-tillhook';
import { AgedRows } from '../../support/aged-rows.js';
import { eachDatabase } from '../../support/databases.js';
import { eventually } from '../../support/eventually.js';
import { Receiver } from '../../support/receiver.js';
import { tenantNumber, tenantRows } from '../../support/tenant-rows.js';
import { TestHost } from '../../support/test-host.js';

const ORDER = { order: { Uid: '700' } };

describe('a whole tenant', () => {
  eachDatabase((database, kind) => {
    let host: TestHost;
    let receiver: Receiver;
    let rows: AgedRows;
    let tenants: WebhookTenants;
    beforeAll(async () => {
      receiver = await Receiver.start();
      host = await TestHost.start({ database: database(), webhooks: { retryScheduleMs: [3_600_000] } });
      rows = new AgedRows(host.dataSource);
      tenants = host.app.get(WebhookTenants, { strict: false });
    });
    afterEach(() => receiver.respond({ status: 204 }));
    afterAll(async () => {
      await host.close();
      await receiver.close();
    });

    const emit = (tenantUid: string): Promise<{ eventUid: string }> =>
      host.emitter.emit('ORDER_SETTLED', ORDER, { tenantUid });
    /** A tenant with delivered deliveries and a pending one, their attempts, a deleted webhook and a job. @returns its number */
    const fill = async (tenantUid: string): Promise<number> => {
      const api = host.api(tenantUid);
      await api.post('/httptransports', {
        httpTransportUid: 'erp',
        name: 'ERP',
        url: receiver.url,
        securityType: 'BEARER_TOKEN',
        token: 'very-secret-token',
      });
      await api.post('/httptransports/erp/webhooks', { webhookUid: 'gone', action: 'TILL_OPEN' });
      await api.delete('/httptransports/erp/webhooks/gone');
      await api.post('/httptransports/erp/webhooks', { webhookUid: 'all', action: '*' });
      await api.post('/httptransports/erp/test', {});
      await emit(tenantUid);
      const list = async () =>
        (await api.get<{ items: { status: string; attempts: number }[] }>('/deliveries')).body.items;
      await eventually(async () => (await list())[0]?.status === 'DELIVERED');
      receiver.respond({ status: 500 });
      await emit(tenantUid);
      const isRetried = ({ status, attempts }: { status: string; attempts: number }): boolean =>
        status === 'PENDING' && attempts === 1;
      await eventually(async () => (await list()).some(isRetried));
      receiver.respond({ status: 204 });
      for (let n = 0; n < 120; n += 1)
        await rows.delivery({ tenantUid, endedDaysAgo: 1, earlierAttempts: 1 });
      const id = await tenantNumber(host.dataSource, tenantUid);
      // A job that has ended, with an item that is recognized by the tenant's number.
      await host.dataSource.query(
        `INSERT INTO webhook_recovery (tenant_uid, transport_id, http_transport_uid, kind, since_at, until_at, statuses, state,
           created_at, due_at) VALUES ('${tenantUid}', 0, 'erp', 'RECOVER', 0, 0, '[]', 'DONE', 0, 0)`,
      );
      await host.dataSource.query(
        `INSERT INTO webhook_recovery_item SELECT id, -${id} FROM webhook_recovery WHERE tenant_uid = '${tenantUid}'`,
      );
      return id;
    };
    const left = (tenantUid: string, id: number) => tenantRows(host.dataSource, tenantUid, id);

    it('is erased with a report, and nothing of another tenant', async () => {
      const other = await fill('neighbour');
      const before = await left('neighbour', other);
      const attempts = await rows.count('webhook_attempt', '1 = 1');
      const id = await fill('leaving');
      const report = await tenants.purge('leaving');
      expect(await left('leaving', id)).toEqual({});
      expect(report).toMatchObject({
        tenantUid: 'leaving',
        isComplete: true,
        rows: {
          webhook_http_transport: 1,
          webhook_lane: 1,
          webhook_webhook: 1,
          webhook_delivery: 122,
          webhook_attempt: 121,
          webhook_event: 122,
          webhook_tombstone: 3,
          webhook_tenant: 1,
          webhook_recovery: 1,
          webhook_recovery_item: 1,
        },
      });
      expect(report.total).toBe(Object.values(report.rows).reduce((sum, count) => sum + count, 0));
      expect(await left('neighbour', other)).toEqual(before);
      expect(await rows.count('webhook_attempt', '1 = 1')).toBe(attempts);
      expect(await tenants.purge('leaving')).toMatchObject({ total: 0, rows: {}, isComplete: true });
    });

    it('is erased completely by two purges at once', async () => {
      const id = await fill('twice');
      const reports = await Promise.all([tenants.purge('twice'), tenants.purge('twice')]);
      expect(await left('twice', id)).toEqual({});
      expect(reports.map(({ isComplete }) => isComplete)).toEqual([true, true]);
      const deleted = reports.reduce((sum, report) => sum + (report.rows['webhook_delivery'] ?? 0), 0);
      expect(deleted).toBe(122);
    });

    it('is erased with what is emitted meanwhile, also in a transaction that is committed later', async () => {
      const id = await fill('busy');
      let purge: Promise<{ isComplete: boolean }> | undefined;
      await host.dataSource.transaction(async (manager) => {
        await host.emitter.emit('ORDER_SETTLED', ORDER, { tenantUid: 'busy', manager });
        purge = tenants.purge('busy');
        // On SQLite the purge waits for this transaction with its first write.
        if (kind === 'postgres') {
          await eventually(
            async () => (await rows.count('webhook_http_transport', `tenant_uid = 'busy'`)) === 0,
          );
          await eventually(async () => (await rows.deliveries('busy')).length === 0);
        }
      });
      expect(await purge!).toMatchObject({ isComplete: true });
      expect(await left('busy', id)).toEqual({});
    });

    it('leaves no row of an attempt that was in flight', async () => {
      const id = await fill('flying');
      receiver.respond({ status: 500, delayMs: 1_000 });
      const attempts = await rows.count('webhook_attempt', '1 = 1');
      const own = await rows.count(
        'webhook_attempt',
        `delivery_id IN (SELECT id FROM webhook_delivery WHERE tenant_id = ${id}
           UNION ALL SELECT delivery_id FROM webhook_queue WHERE tenant_id = ${id})`,
      );
      const { eventUid } = await emit('flying');
      await eventually(() => receiver.requests.some(({ headers }) => headers['webhook-id'] === eventUid));
      await tenants.purge('flying');
      await eventually(() => receiver.inFlight === 0);
      receiver.respond({ status: 204 });
      // A later delivery of another tenant is recorded after it.
      await fill('later');
      expect(await rows.count('webhook_attempt', '1 = 1')).toBe(attempts - own + 121);
      expect(await left('flying', id)).toEqual({});
    });

    it('is exported as NDJSON, with secrets masked', async () => {
      await fill('export');
      const exported = await text(tenants.export('export'));
      expect(exported).not.toContain('very-secret-token');
      expect(exported.endsWith('\n')).toBe(true);
      const lines = exported
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as TenantExportLine);
      expect(lines[0]).toMatchObject({ type: 'export', version: 1, tenantUid: 'export' });
      expect(lines[1]).toMatchObject({ type: 'httpTransport', httpTransportUid: 'erp', token: '********' });
      expect(lines[2]).toMatchObject({ type: 'webhook', webhookUid: 'all', action: '*' });
      const deliveries = lines.filter((line) => line.type === 'delivery');
      expect(deliveries).toHaveLength(122);
      expect(new Set(deliveries.map(({ deliveryUid }) => deliveryUid)).size).toBe(122);
      for (const { event, attempts } of deliveries) {
        expect(event.body).toMatchObject({ order: { Uid: expect.any(String) } });
        expect(attempts.length).toBeGreaterThan(0);
      }
      expect(lines.at(-1)).toEqual({ type: 'end', httpTransports: 1, webhooks: 1, deliveries: 122 });
    });

    it('is exported no faster than the stream is read', async () => {
      await fill('slow');
      for (let n = 0; n < 300; n += 1) await rows.delivery({ tenantUid: 'slow', endedDaysAgo: 1 });
      const stream = tenants.export('slow');
      await once(stream, 'readable');
      // The second export takes so long that the first one would have read everything, if it did not wait for its reader.
      const whole = await text(tenants.export('slow'));
      const mostBuffered = stream.readableHighWaterMark + 2_000;
      expect(stream.readableLength).toBeLessThanOrEqual(mostBuffered);
      expect(whole.length).toBeGreaterThan(2 * mostBuffered);
      stream.destroy();
      expect(() => tenants.export('not a uid!')).toThrow(
        expect.objectContaining({ code: 'VALIDATION_FAILED' }),
      );
    });
  });
});
