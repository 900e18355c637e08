import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebhooksHealth } from 'nestjs-tillhook';
import { RetentionJob } from '../../../lib/operations/retention/retention-job.js';
import { AgedRows } from '../../support/aged-rows.js';
import { eachDatabase } from '../../support/databases.js';
import { eventually } from '../../support/eventually.js';
import { LogCapture } from '../../support/log-capture.js';
import { RecoveryClient } from '../../support/recoveries.js';
import { TestHost } from '../../support/test-host.js';

const ENDED_WITHOUT_SUCCESS = ['FAILED', 'MISSED', 'CANCELLED'] as const;
const RETENTION = {
  tenants: {
    patient: { deliveredDays: 365, unmatchedHours: 240 },
    discreet: { bodyDays: 7 },
    replaying: { unmatchedHours: 240 },
  },
};

describe('retention', () => {
  eachDatabase((database) => {
    let host: TestHost;
    let rows: AgedRows;
    // A process without a worker starts no job, so a pass happens only when a test asks for it.
    beforeAll(async () => {
      host = await TestHost.start({
        database: database(),
        webhooks: { worker: false, retention: RETENTION },
      });
      rows = new AgedRows(host.dataSource);
    });
    afterAll(() => host.close());

    const jobOf = (app: TestHost): RetentionJob => app.app.get(RetentionJob, { strict: false });
    const pass = async (): Promise<void> => expect(await jobOf(host).pass()).toBe(true);
    const tenant = async (tenantUid: string): Promise<void> => {
      const created = await host.api(tenantUid).post('/httptransports', {
        httpTransportUid: 'erp',
        name: 'ERP',
        url: 'https://erp.example.com/hook',
      });
      expect(created.status).toBe(200);
    };

    it('deletes delivered deliveries 30 days after their end, with their attempts and events', async () => {
      await tenant('delivered');
      const old = await rows.delivery({ tenantUid: 'delivered', endedDaysAgo: 31, earlierAttempts: 2 });
      const young = await rows.delivery({ tenantUid: 'delivered', endedDaysAgo: 29, earlierAttempts: 1 });
      await pass();
      expect(await rows.deliveries('delivered')).toEqual([young]);
      expect(await rows.count('webhook_attempt', `delivery_id = ${old}`)).toBe(0);
      expect(await rows.count('webhook_attempt', `delivery_id = ${young}`)).toBe(1);
      expect(await rows.events('delivered')).toHaveLength(1);
    });

    it.each(ENDED_WITHOUT_SUCCESS)('deletes %s deliveries 90 days after their end', async (status) => {
      const tenantUid = status.toLowerCase();
      await tenant(tenantUid);
      await rows.delivery({ tenantUid, status, endedDaysAgo: 91 });
      const young = await rows.delivery({ tenantUid, status, endedDaysAgo: 89 });
      await pass();
      expect(await rows.deliveries(tenantUid)).toEqual([young]);
      expect(await rows.events(tenantUid)).toHaveLength(1);
    });

    it('keeps an old delivery that was redelivered yesterday, and deletes the expired ones that follow it', async () => {
      await tenant('redelivered');
      const redelivered = await rows.delivery({
        tenantUid: 'redelivered',
        createdDaysAgo: 100,
        endedDaysAgo: 1,
      });
      for (let n = 0; n < 60; n += 1) await rows.delivery({ tenantUid: 'redelivered', endedDaysAgo: 40 });
      await pass();
      expect(await rows.deliveries('redelivered')).toEqual([redelivered]);
      expect(await rows.events('redelivered')).toHaveLength(1);
    });

    it('keeps everything of a transport that has been paused for 100 days', async () => {
      await tenant('paused');
      const eventId = await rows.pending('paused', 100);
      await pass();
      expect(await rows.count('webhook_queue', `event_id = ${eventId}`)).toBe(1);
      expect(await rows.events('paused')).toEqual([{ id: eventId, body: '{"order":{"Uid":"1"}}' }]);
    });

    it('keeps an event and its body until its last delivery is deleted', async () => {
      await tenant('shared');
      const eventUid = 'shared-by-two';
      await rows.delivery({ tenantUid: 'shared', endedDaysAgo: 40, eventUid });
      const failed = await rows.delivery({
        tenantUid: 'shared',
        status: 'FAILED',
        endedDaysAgo: 40,
        eventUid,
      });
      await pass();
      expect(await rows.deliveries('shared')).toEqual([failed]);
      expect(await rows.events('shared')).toMatchObject([{ body: '{"order":{"Uid":"1"}}' }]);
    });

    it('deletes events without deliveries after 24 hours, but not those that still have to be fanned out', async () => {
      await rows.event('unmatched', 2);
      const waiting = await rows.event('unmatched', 2);
      await host.dataSource.query(
        `INSERT INTO webhook_outbox (tenant_uid, event_id, action) VALUES ('unmatched', ${waiting}, 'ORDER_SETTLED')`,
      );
      const young = await rows.event('unmatched', 0.9);
      await pass();
      expect((await rows.events('unmatched')).map(({ id }) => id)).toEqual([waiting, young]);
    });

    it.each([
      ['ordinary', 1],
      ['replaying', 10],
    ])('the dry run of a replay of tenant %s is complete for the last %i day(s)', async (tenantUid, days) => {
      await tenant(tenantUid);
      const since = new Date(Date.now() - 30 * 86_400_000).toISOString();
      const preview = await new RecoveryClient(host.api(tenantUid), 'erp').dryRun('replay', { since });
      const completeMs = Date.now() - Date.parse(preview.completeFrom);
      expect(Math.round(completeMs / 60_000)).toBe(days * 24 * 60);
    });

    it('deletes the tombstones of a deleted transport and its webhook with the last delivery', async () => {
      await tenant('deleted');
      const api = host.api('deleted');
      await api.post('/httptransports/erp/webhooks', { webhookUid: 'all', action: '*' });
      const [{ id: webhookId }] = await host.dataSource.query<[{ id: number }]>(
        `SELECT id FROM webhook_webhook WHERE tenant_uid = 'deleted'`,
      );
      await rows.delivery({ tenantUid: 'deleted', endedDaysAgo: 29, webhookId });
      // The roll-up writes this row after a delivery was queued and has ended.
      await host.dataSource.query(
        `INSERT INTO webhook_queue_depth (tenant_id, transport_id, queued, ended)
         SELECT n.id, t.id, 1, 1 FROM webhook_http_transport t JOIN webhook_tenant n ON n.tenant_uid = t.tenant_uid
         WHERE t.tenant_uid = 'deleted'`,
      );
      const depths = (): Promise<number> =>
        rows.count(
          'webhook_queue_depth',
          `transport_id > 0 AND tenant_id = (SELECT id FROM webhook_tenant WHERE tenant_uid = 'deleted')`,
        );
      await api.delete('/httptransports/erp');
      expect(await rows.count('webhook_tombstone', `tenant_uid = 'deleted'`)).toBe(2);
      // A process that gets the job for the first time looks at everything.
      await restart();
      await pass();
      expect(await rows.count('webhook_tombstone', `tenant_uid = 'deleted'`)).toBe(2);
      expect(await depths()).toBe(1);
      await host.dataSource.query(
        `UPDATE webhook_delivery SET finished_at = 1, created_at = 1 WHERE webhook_id = ${webhookId}`,
      );
      await restart();
      await pass();
      expect(await rows.deliveries('deleted')).toEqual([]);
      expect(await rows.count('webhook_tombstone', `tenant_uid = 'deleted'`)).toBe(0);
      expect(await depths()).toBe(0);
    });

    it('uses the periods of a tenant instead of the general ones', async () => {
      await tenant('patient');
      await rows.delivery({ tenantUid: 'patient', endedDaysAgo: 366 });
      const kept = await rows.delivery({ tenantUid: 'patient', endedDaysAgo: 364 });
      await rows.event('patient', 11);
      await rows.event('patient', 9);
      await pass();
      expect(await rows.deliveries('patient')).toEqual([kept]);
      expect(await rows.events('patient')).toHaveLength(2);
    });

    it('erases bodies before their events if bodyDays is set, except those of pending deliveries', async () => {
      await tenant('discreet');
      await rows.delivery({ tenantUid: 'discreet', endedDaysAgo: 8 });
      const pending = await rows.pending('discreet', 8);
      await rows.delivery({ tenantUid: 'discreet', endedDaysAgo: 6 });
      await pass();
      const bodies = (await rows.events('discreet')).map(({ id, body }) => [id === pending, body === '']);
      expect(bodies).toEqual([
        [false, true],
        [true, false],
        [false, false],
      ]);
      expect(await rows.deliveries('discreet')).toHaveLength(2);
    });

    it('runs in one process at a time', async () => {
      await tenant('fleet');
      for (let n = 0; n < 300; n += 1) await rows.delivery({ tenantUid: 'fleet', endedDaysAgo: 40 });
      const other = await TestHost.start({
        database: database(),
        webhooks: { worker: false, retention: {} },
      });
      const passes = await Promise.all([jobOf(host).pass(), jobOf(other).pass()]);
      await other.close();
      expect(passes.filter(Boolean)).toHaveLength(1);
      expect(await rows.deliveries('fleet')).toEqual([]);
    });

    it('runs by itself in a process with a worker, and health shows its last pass', async () => {
      await tenant('alone');
      await rows.delivery({ tenantUid: 'alone', endedDaysAgo: 31 });
      const worker = await TestHost.start({ database: database(), webhooks: { retention: undefined } });
      await eventually(async () => (await rows.deliveries('alone')).length === 0);
      const health = worker.app.get(WebhooksHealth, { strict: false });
      const { retention } = await eventually(async () => {
        const report = await health.check();
        return report.retention.lastPassAt !== null && report;
      });
      await worker.close();
      expect(retention).toEqual({ enabled: true, lastPassAt: expect.any(String), lastError: null });
    });

    it('deletes nothing in a copy of the database', async () => {
      await tenant('copied');
      await host.dataSource.query(
        `INSERT INTO webhook_setting (name, value) VALUES ('environment', 'production')`,
      );
      const old = await rows.delivery({ tenantUid: 'copied', endedDaysAgo: 40 });
      const copy = await TestHost.start({
        database: database(),
        webhooks: { retention: {}, environment: 'test' },
        logger: new LogCapture(),
      });
      expect(await jobOf(copy).pass()).toBe(false);
      await copy.close();
      await host.dataSource.query(`DELETE FROM webhook_setting WHERE name = 'environment'`);
      expect(await rows.deliveries('copied')).toEqual([old]);
    });

    async function restart(): Promise<void> {
      await host.close();
      host = await TestHost.start({
        database: database(),
        webhooks: { worker: false, retention: RETENTION },
      });
      rows = new AgedRows(host.dataSource);
    }
  });
});
