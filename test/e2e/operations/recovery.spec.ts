import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  WebhookNotifications,
  WebhookRecoveries,
  type WebhookAuditList,
  type WebhookNotification,
} from 'nestjs-tillhook';
import { eachDatabase } from '../../support/databases.js';
import { eventually } from '../../support/eventually.js';
import { jsonOf, Receiver } from '../../support/receiver.js';
import { RecoveryClient, type ApiRecovery } from '../../support/recoveries.js';
import { TenantClient } from '../../support/tenant-client.js';
import { TestHost } from '../../support/test-host.js';

const QUOTA = 40;
const SINCE = new Date(Date.now() - 3_600_000).toISOString();
const ERP = { httpTransportUid: 'erp' };

describe('recoveries and replays', () => {
  eachDatabase((database) => {
    let host: TestHost;
    let receiver: Receiver;
    let tenant: TenantClient;
    let recoveries: RecoveryClient;

    beforeAll(async () => {
      host = await TestHost.start({
        database: database(),
        webhooks: {
          retryScheduleMs: [],
          circuitFailures: 0,
          transportConcurrency: 4,
          maxPendingDeliveriesPerTenant: QUOTA,
        },
      });
    });
    beforeEach(async () => {
      receiver = await Receiver.start();
      tenant = new TenantClient(host);
      recoveries = new RecoveryClient(tenant.api, 'erp');
    });
    afterEach(() => receiver.close());
    afterAll(() => host?.close());

    /** The audit entries of the tenant, newest first. */
    const audited = async (): Promise<[kind: string, actor: string | null, changes: unknown][]> => {
      const { body } = await tenant.api.get<WebhookAuditList>('/webhookaudit');
      return body.items.map(({ kind, actor, changes }) => [kind, actor, changes]);
    };
    const command = async (name: string, body?: object): Promise<void> => {
      const { status, body: result } = await tenant.api.request('POST', `/httptransports/erp/${name}`, body);
      expect([name, status, result]).toEqual([name, 200, expect.any(Object)]);
    };
    const ordersAt = (from = 0): string[] =>
      receiver.requests.slice(from).map((request) => (jsonOf(request)['order'] as { Uid: string }).Uid);
    const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));

    /** A transport whose deliveries have failed: one for each order. */
    const failed = async (count: number, webhook: object = {}): Promise<void> => {
      receiver.respond({ status: 500 });
      await tenant.transport(receiver, ERP, webhook);
      await tenant.emitMany(count);
      await tenant.untilLogged({ status: 'FAILED', attempts: 1 }, count);
      receiver.reset();
    };

    it('a recovery sends failed deliveries again: the same uids, the next attempt, the trigger RECOVERY', async () => {
      await failed(5);
      const before = await tenant.log();
      const preview = await recoveries.dryRun('recover', { since: SINCE });
      expect(preview).toMatchObject({ count: 5, payloadGone: 0, completeFrom: SINCE });
      expect(preview.isAtLeast).toBeUndefined();
      expect(preview.sample.map(({ deliveryUid }) => deliveryUid)).toEqual(
        before.map(({ deliveryUid }) => deliveryUid).reverse(),
      );
      expect(receiver.requests).toHaveLength(0);

      const job = await recoveries.start('recover', { since: SINCE });
      expect(job).toMatchObject({ kind: 'RECOVER', state: 'QUEUED', found: 0, httpTransportUid: 'erp' });
      await recoveries.until(job, {
        state: 'DONE',
        reason: null,
        found: 5,
        requeued: 5,
        created: 0,
        skipped: 0,
      });
      const after = await tenant.untilLogged({ status: 'DELIVERED', attempts: 2 }, 5);
      expect(after.map(({ deliveryUid }) => deliveryUid)).toEqual(
        before.map(({ deliveryUid }) => deliveryUid),
      );
      const attempts = (await tenant.attempts(after[0]!)) as unknown as { number: number; trigger: string }[];
      expect(attempts.map(({ number, trigger }) => [number, trigger])).toEqual([
        [1, 'SCHEDULE'],
        [2, 'RECOVERY'],
      ]);
    });

    it('enabling with recover sends what was missed while the transport was disabled, and what failed before', async () => {
      receiver.respond({ status: 500 });
      await tenant.transport(receiver, ERP);
      await tenant.emit('failed');
      await tenant.untilLogged({ status: 'FAILED' });
      await command('disable');
      await tenant.emit('missed');
      await tenant.untilLog((log) => expect(log.map(({ status }) => status)).toEqual(['MISSED', 'FAILED']));
      receiver.reset();

      const refused = await recoveries.post('recover', { since: SINCE });
      expect([refused.status, refused.body]).toMatchObject([409, { code: 'TRANSPORT_STATE_CONFLICT' }]);
      await command('enable', { recover: true });
      const [job] = (await recoveries.list()).items as [ApiRecovery];
      await recoveries.until(job, { state: 'DONE', found: 2, requeued: 2 });
      await tenant.untilLogged({ status: 'DELIVERED' }, 2);
      expect(ordersAt().sort()).toEqual(['failed', 'missed']);
      expect((await audited()).slice(0, 2).map(([kind]) => kind)).toEqual([
        'RECOVERY_STARTED',
        'TRANSPORT_ENABLED',
      ]);
      // Nothing was disabled, so nothing is recovered.
      await command('enable', { recover: true });
      expect((await recoveries.list()).items).toHaveLength(1);
    });

    it('recovered deliveries of an ordered webhook are sent one at a time, in the order of their events', async () => {
      await failed(12, { ordered: true });
      receiver.respond({ status: 204, delayMs: 5 });
      const job = await recoveries.start('recover', { since: SINCE });
      await recoveries.until(job, { state: 'DONE', requeued: 12 });
      await tenant.untilLogged({ status: 'DELIVERED' }, 12);
      expect(ordersAt()).toEqual(numbered(12));
      expect(receiver.mostAtOnce).toBe(1);
    });

    it('recovered deliveries of an unordered webhook are sent in the order of their events, some at a time', async () => {
      await failed(30);
      receiver.respond({ status: 204, delayMs: 2 });
      await recoveries.start('recover', { since: SINCE });
      await tenant.untilLogged({ status: 'DELIVERED' }, 30);
      const order = ordersAt().map(Number);
      // Two requests are in flight at a time, so neighbours may overtake each other.
      const late = order.filter((uid, index) => Math.abs(uid - index) > 2);
      expect(late).toEqual([]);
      expect(receiver.mostAtOnce).toBeLessThanOrEqual(2);
    });

    it('a replay sends a webhook the events from before its creation, and sends again what was delivered to it', async () => {
      await tenant.transport(receiver, { httpTransportUid: 'first' });
      await tenant.emitMany(4);
      await tenant.untilLogged({ status: 'DELIVERED' }, 4);
      // Another event that nobody listened to, then the new transport.
      await tenant.transport(receiver, ERP, { action: 'ORDER_*', webhookUid: 'orders' });
      await tenant.emit('fresh');
      await tenant.untilLogged({ status: 'DELIVERED' }, 6);
      receiver.reset();

      const preview = await recoveries.dryRun('replay', { since: SINCE, webhookUid: 'orders' });
      expect(preview).toMatchObject({ count: 5, payloadGone: 0 });
      expect(preview.sample.map(({ status }) => status)).toEqual([null, null, null, null, 'DELIVERED']);
      expect(Date.parse(preview.completeFrom)).toBe(Date.parse(SINCE));
      const job = await recoveries.start('replay', { since: SINCE, webhookUid: 'orders' });
      await recoveries.until(job, { state: 'DONE', found: 5, created: 4, requeued: 1, skipped: 0 });
      await receiver.waitFor(5);
      await tenant.untilLogged({ status: 'DELIVERED' }, 10);
      expect(ordersAt().sort()).toEqual([...numbered(4), 'fresh'].sort());
      const ofErp = await tenant.log('&httpTransportUid=erp');
      expect(ofErp.map(({ webhookUid, attempts }) => [webhookUid, attempts]).sort()).toEqual([
        ['orders', 1],
        ['orders', 1],
        ['orders', 1],
        ['orders', 1],
        ['orders', 2],
      ]);
      // Once more: every delivery exists now.
      const again = await recoveries.start('replay', { since: SINCE, actions: ['ORDER_SETTLED'] });
      await recoveries.until(again, { state: 'DONE', created: 0, requeued: 5 });
      const none = await recoveries.dryRun('replay', { since: SINCE, actions: ['PRICE_CHANGED'] });
      expect(none).toMatchObject({ count: 0, sample: [] });
    });

    it('a job of a paused transport fails if the transport is disabled', async () => {
      await failed(1);
      await command('pause');
      const job = await recoveries.start('recover', { since: SINCE });
      await command('disable');
      await recoveries.until(job, { state: 'FAILED', reason: 'TRANSPORT_DISABLED' });
    });

    it('counts events whose body is gone, and does not send them', async () => {
      await failed(3);
      const [newest] = await tenant.log();
      await host.dataSource.query(
        `DELETE FROM webhook_event WHERE tenant_uid = '${tenant.tenantUid}' AND event_uid = '${newest!.eventUid}'`,
      );
      expect(await recoveries.dryRun('recover', { since: SINCE })).toMatchObject({
        count: 2,
        payloadGone: 1,
      });
      const job = await recoveries.start('recover', { since: SINCE });
      await recoveries.until(job, { state: 'DONE', found: 3, requeued: 2, payloadGone: 1, skipped: 0 });
      await receiver.waitFor(2);
      await tenant.untilLog((log) =>
        expect(log.map(({ status }) => status)).toEqual(['FAILED', 'DELIVERED', 'DELIVERED']),
      );
    });

    it('a job of a paused transport waits until it is resumed; a second job is refused until the first has ended', async () => {
      await failed(3);
      await command('pause');
      const job = await recoveries.start('recover', { since: SINCE });
      await recoveries.until(job, { state: 'QUEUED', reason: 'TRANSPORT_PAUSED' });
      for (const kind of ['recover', 'replay'] as const) {
        const { status, body } = await recoveries.post(kind, { since: SINCE });
        expect([status, body]).toMatchObject([409, { code: 'RECOVERY_ACTIVE' }]);
      }
      expect(receiver.requests).toHaveLength(0);
      await command('resume');
      await recoveries.until(job, { state: 'DONE', requeued: 3 });
      await tenant.untilLogged({ status: 'DELIVERED' }, 3);
    });

    it('a cancelled job enqueues nothing more, and another one can be started', async () => {
      await failed(30);
      receiver.respond('hang');
      const job = await recoveries.start('recover', { since: SINCE });
      const running = await eventually(async () => {
        const present = await recoveries.get(job);
        return present.requeued > 0 && present;
      });
      expect(running).toMatchObject({ state: 'RUNNING', found: 30 });
      // Few are pending at a time: twice maxConcurrency.
      expect(running.requeued).toBeLessThanOrEqual(8);
      const cancelled = await recoveries.cancel(job);
      expect(cancelled).toMatchObject({ state: 'CANCELLED', finishedAt: expect.any(String) });
      expect(await recoveries.cancel(job)).toEqual(cancelled);
      await command('pause');
      const next = await recoveries.start('recover', { since: SINCE });
      await recoveries.until(next, { state: 'QUEUED' });
      expect(await recoveries.get(job)).toEqual(cancelled);
      await recoveries.cancel(next);
    });

    it('ends with a reason if the webhook or the transport is deleted in the middle', async () => {
      await failed(30);
      receiver.respond('hang');
      await tenant.webhook(ERP, { webhookUid: 'more', action: 'ORDER_SETTLED' });
      const replay = await recoveries.start('replay', { since: SINCE, webhookUid: 'more' });
      await recoveries.until(replay, { state: 'RUNNING' });
      const removed = await tenant.api.delete('/httptransports/erp/webhooks/more');
      expect(removed.status).toBeLessThan(300);
      receiver.respond({ status: 204 });
      const end = await eventually(async () => {
        const present = await recoveries.get(replay);
        return present.finishedAt !== null && present;
      });
      expect([end.state, end.reason]).toEqual(['FAILED', 'WEBHOOK_DELETED']);
      await command('pause');
      const recover = await recoveries.start('recover', { since: SINCE });
      await recoveries.until(recover, { reason: 'TRANSPORT_PAUSED' });
      await tenant.api.delete('/httptransports/erp');
      await recoveries.until(recover, { state: 'FAILED', reason: 'TRANSPORT_DELETED' });
    });

    it('waits while the tenant has half of its quota pending, and nothing is missed', async () => {
      await failed(10);
      await tenant.transport(receiver, { httpTransportUid: 'held' });
      const { status } = await tenant.api.request('POST', '/httptransports/held/pause');
      expect(status).toBe(200);
      // Each goes to both transports, and is pending for the paused one only.
      await tenant.emitMany(QUOTA / 2);
      await receiver.waitFor(QUOTA / 2);
      const job = await recoveries.start('recover', { since: SINCE });
      await recoveries.until(job, { state: 'QUEUED', reason: 'QUOTA_REACHED', found: 10 });
      await tenant.api.delete('/httptransports/held');
      await recoveries.until(job, { state: 'DONE', requeued: 10 });
      expect(await tenant.log('&status=MISSED')).toEqual([]);
    });

    it('refuses wrong input with 400, and what the tenant does not have with 404', async () => {
      await tenant.transport(receiver, ERP);
      const later = new Date(Date.now() + 3_600_000).toISOString();
      const wrong: [object, RegExp][] = [
        [{}, /since is required/],
        [{ since: 'yesterday' }, /since must be an existing date/],
        [{ since: later }, /since must not be in the future/],
        [{ since: SINCE, until: later }, /until must not be in the future/],
        [{ since: SINCE, until: '2020-01-01T00:00:00Z' }, /since must not be after until/],
        [{ since: SINCE, actions: [] }, /actions/],
        [{ since: SINCE, actions: ['order'] }, /actions/],
        [{ since: SINCE, dryRun: 1 }, /dryRun/],
        [{ since: SINCE, more: 1 }, /more/],
      ];
      for (const kind of ['recover', 'replay'] as const) {
        for (const [body, message] of wrong) {
          const { status, body: refusal } = await recoveries.post<{ code: string; message: string[] }>(
            kind,
            body,
          );
          expect([kind, body, status, refusal.code]).toEqual([kind, body, 400, 'VALIDATION_FAILED']);
          expect(refusal.message.join()).toMatch(message);
        }
      }
      const statuses = await recoveries.post('recover', { since: SINCE, statuses: ['DELIVERED'] });
      expect(statuses.status).toBe(400);
      const webhook = await recoveries.post('replay', { since: SINCE, webhookUid: 'unknown' });
      expect([webhook.status, webhook.body]).toMatchObject([404, { code: 'WEBHOOK_NOT_FOUND' }]);
      const transport = await tenant.api.post('/httptransports/unknown/recover', { since: SINCE });
      expect([transport.status, transport.body]).toMatchObject([404, { code: 'HTTP_TRANSPORT_NOT_FOUND' }]);
      for (const uid of ['rec_0000000000000', 'unknown']) {
        const { status, body } = await tenant.api.get(`/webhookrecoveries/${uid}`);
        expect([uid, status, body]).toMatchObject([uid, 404, { code: 'RECOVERY_NOT_FOUND' }]);
        const cancelled = await tenant.api.request('POST', `/webhookrecoveries/${uid}/cancel`);
        expect(cancelled.status).toBe(404);
      }
      expect((await recoveries.list()).items).toEqual([]);
    });

    it('lists jobs in pages, newest first, and shows them to no other tenant', async () => {
      await tenant.transport(receiver, ERP);
      const jobs: ApiRecovery[] = [];
      for (let count = 0; count < 3; count += 1) {
        const job = await recoveries.start('recover', { since: SINCE });
        jobs.unshift(await recoveries.until(job, { state: 'DONE', found: 0 }));
      }
      const first = await recoveries.list('?pageSize=2');
      expect(first.items).toEqual(jobs.slice(0, 2));
      const second = await recoveries.list(`?pageSize=2&cursor=${first.paging.nextCursor}`);
      expect([second.items, second.paging.nextCursor]).toEqual([jobs.slice(2), null]);
      expect((await recoveries.list('?httpTransportUid=other')).items).toEqual([]);
      const other = new TenantClient(host);
      expect((await other.api.get(`/webhookrecoveries/${jobs[0]!.recoveryUid}`)).status).toBe(404);
      const foreign = await other.api.get(`/webhookrecoveries?cursor=${first.paging.nextCursor}`);
      expect([foreign.status, foreign.body]).toMatchObject([400, { code: 'INVALID_CURSOR' }]);
    });

    it('is in the audit: who started and who cancelled it', async () => {
      await failed(1);
      await command('pause');
      const code = host.app.get(WebhookRecoveries, { strict: false });
      const { tenantUid } = tenant;
      const by = { actor: 'job:night' };
      const given = { since: new Date(SINCE), statuses: ['FAILED' as const], actions: ['ORDER_SETTLED'] };
      await code.dryRun('recover', tenantUid, 'erp', given);
      // A pending delivery is sent anyway.
      await tenant.emit();
      await tenant.untilLog((log) => expect(log[0]).toMatchObject({ status: 'PENDING' }));
      expect(await code.dryRun('replay', tenantUid, 'erp', { since: given.since })).toMatchObject({
        count: 1,
      });
      const { recoveryUid, until } = await code.recover(tenantUid, 'erp', given, by);
      await expect(code.recover(tenantUid, 'erp', given, by)).rejects.toMatchObject({
        code: 'RECOVERY_ACTIVE',
      });
      await code.cancel(tenantUid, recoveryUid, by);
      // There is nothing left to cancel.
      await code.cancel(tenantUid, recoveryUid, { actor: 'job:morning' });
      const added = (field: string, to: unknown) => ({ field, from: null, to });
      expect((await audited()).slice(0, 3)).toEqual([
        ['RECOVERY_CANCELLED', 'job:night', [{ field: 'recoveryUid', from: recoveryUid, to: null }]],
        [
          'RECOVERY_STARTED',
          'job:night',
          [
            added('recoveryUid', recoveryUid),
            added('kind', 'RECOVER'),
            added('since', SINCE),
            added('until', until),
            added('statuses', ['FAILED']),
            added('actions', ['ORDER_SETTLED']),
          ],
        ],
        ['TRANSPORT_PAUSED', null, expect.any(Array)],
      ]);
    });

    it('has the same operations from code, and notifies when a job is done', async () => {
      await failed(2);
      const seen: WebhookNotification[] = [];
      const subscription = host.app
        .get(WebhookNotifications, { strict: false })
        .of('recoveryDone')
        .subscribe((notification) => {
          if (notification.tenantUid === tenant.tenantUid) seen.push(notification);
        });
      const code = host.app.get(WebhookRecoveries, { strict: false });
      const { tenantUid } = tenant;
      const since = new Date(SINCE);
      expect(await code.dryRun('recover', tenantUid, 'erp', { since })).toMatchObject({ count: 2 });
      expect(await code.dryRun('replay', tenantUid, 'erp', { since })).toMatchObject({ count: 2 });
      const actions = ['PRICE_CHANGED'];
      expect(await code.dryRun('recover', tenantUid, 'erp', { since, actions })).toMatchObject({ count: 0 });
      const job = await code.recover(tenantUid, 'erp', { since });
      await recoveries.until(job, { state: 'DONE' });
      expect(await code.get(tenantUid, job.recoveryUid)).toEqual(await recoveries.get(job));
      expect((await code.list(tenantUid)).items).toHaveLength(1);
      expect((await code.cancel(tenantUid, job.recoveryUid)).state).toBe('DONE');
      await eventually(() => seen.length > 0);
      expect(seen).toEqual([
        {
          type: 'recoveryDone',
          at: expect.any(Date),
          tenantUid,
          httpTransportUid: 'erp',
          recoveryUid: job.recoveryUid,
          kind: 'RECOVER',
          deliveries: 2,
          payloadGone: 0,
        },
      ]);
      subscription.unsubscribe();
      await expect(code.replay(tenantUid, 'erp', { since, webhookUid: 'unknown' })).rejects.toMatchObject({
        code: 'WEBHOOK_NOT_FOUND',
      });
      await command('disable');
      await expect(code.replay(tenantUid, 'erp', { since })).rejects.toMatchObject({
        code: 'TRANSPORT_STATE_CONFLICT',
      });
      // A dry run is a method, so that nobody starts a job by mistake.
      await expect(
        code.recover(tenantUid, 'erp', { since, dryRun: true } as { since: Date }),
      ).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    });
  });
});
