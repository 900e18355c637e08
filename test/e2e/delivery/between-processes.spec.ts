import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebhooksHealth, WebhooksWorker } from 'nestjs-tillhook';
import { createMigratedDatabase } from '../../support/databases.js';
import { eventually } from '../../support/eventually.js';
import { Receiver } from '../../support/receiver.js';
import { TenantClient } from '../../support/tenant-client.js';
import type { TestDatabase } from '../../support/test-database.js';
import { TestHost } from '../../support/test-host.js';

/** The poll interval, in ms. A request that arrives much earlier has not waited for a poll. `AT_ONCE_MS` allows for a busy machine. */
const RARE_POLL_MS = 20_000;
const AT_ONCE_MS = 5_000;

describe('between processes on PostgreSQL, a delivery waits for no poll', () => {
  let database: TestDatabase;
  let receiver: Receiver;
  const hosts: TestHost[] = [];

  const start = async (webhooks: object): Promise<TestHost> => {
    const host = await TestHost.start({ database, webhooks: { pollMs: RARE_POLL_MS, ...webhooks } });
    hosts.push(host);
    return host;
  };
  const untilProven = (): Promise<true> =>
    eventually(async () => {
      const reports = await Promise.all(
        hosts.map(({ app }) => app.get(WebhooksHealth, { strict: false }).check()),
      );
      return reports.every(({ worker }) => !worker.enabled || worker.wakeUps === 'proven');
    });

  beforeEach(async () => {
    database = await createMigratedDatabase('postgres');
    receiver = await Receiver.start();
  });
  afterEach(async () => {
    for (const host of hosts.splice(0)) await host.close();
    await receiver.close();
    await database.drop();
  });

  it('after the commit of an API process, in a worker process', async () => {
    const api = await start({ worker: false });
    await start({ controllers: false });
    await untilProven();
    const tenant = new TenantClient(api);
    await tenant.transport(receiver);
    for (let count = 1; count <= 3; count += 1) {
      await api.dataSource.transaction((manager) =>
        api.emitter.emit('TILL_OPEN', { till: { Uid: '1' } }, { tenantUid: tenant.tenantUid, manager }),
      );
      await receiver.waitFor(count, AT_ONCE_MS);
    }
    expect(receiver.requests).toHaveLength(3);
  });

  it('when another process holds the lane', async () => {
    const [holder, emitting] = [await start({}), await start({})];
    await untilProven();
    const tenant = new TenantClient(holder);
    await tenant.transport(receiver, { maxConcurrency: 4 });
    receiver.respondNext('hang');
    await tenant.emit();
    await receiver.waitFor(1, AT_ONCE_MS);
    await emitting.emitter.emit('TILL_OPEN', { till: { Uid: '1' } }, { tenantUid: tenant.tenantUid });
    await receiver.waitFor(2, AT_ONCE_MS);
    expect(receiver.requests).toHaveLength(2);
  });

  it('after an API process has resumed a paused transport', async () => {
    const api = await start({ worker: false });
    // Short, because wake-ups cause at most one look for due lanes in each poll interval.
    // The end of the test checks that the deliveries did not wait for work checks.
    await start({ controllers: false, pollMs: 250 });
    await untilProven();
    const tenant = new TenantClient(api);
    const { httpTransportUid } = await tenant.transport(receiver);
    const command = async (name: string): Promise<void> => {
      const { status } = await tenant.api.request('POST', `/httptransports/${httpTransportUid}/${name}`);
      expect(status).toBe(200);
    };
    let waitedMs = 0;
    for (let count = 1; count <= 5; count += 1) {
      await command('pause');
      await tenant.emit();
      await tenant.untilLog((log) => expect(log.map(({ status }) => status)).toContain('PENDING'));
      const resumedAt = performance.now();
      await command('resume');
      await receiver.waitFor(count, AT_ONCE_MS);
      waitedMs += performance.now() - resumedAt;
    }
    // Each round begins just after a work check, and would wait about a second for the next one.
    expect(waitedMs).toBeLessThan(2_500);
  });

  it('after the worker of the process that emits was drained', async () => {
    const drained = await start({});
    await start({ controllers: false });
    await untilProven();
    const tenant = new TenantClient(drained);
    await tenant.transport(receiver);
    await drained.app.get(WebhooksWorker, { strict: false }).drain();
    await tenant.emit();
    await receiver.waitFor(1, AT_ONCE_MS);
  });
});
