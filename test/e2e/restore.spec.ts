import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runWebhookMigrations } from 'nestjs-tillhook';
import { DataSource } from 'typeorm';
import { createDatabase } from '../support/databases.js';
import { jsonOf, Receiver } from '../support/receiver.js';
import { emptyTables, restoreRows } from '../support/restored-rows.js';
import { shiftClock } from '../support/shifted-clock.js';
import { DATABASE_KINDS, type TestDatabase } from '../support/test-database.js';
import { TestHost, type TestHostOptions } from '../support/test-host.js';

const TENANT = 'shop';
/** Long enough for a worker that polls every 25 ms to send what is in the outbox. */
const A_WHILE_MS = 400;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(DATABASE_KINDS)('rows restored into another database, on %s', (kind) => {
  let source: TestDatabase;
  let target: TestDatabase;
  let receiver: Receiver;
  const hosts: TestHost[] = [];

  beforeEach(async () => {
    [source, target] = [await createDatabase(kind), await createDatabase(kind)];
    receiver = await Receiver.start();
  });
  afterEach(async () => {
    for (const host of hosts.splice(0)) await host.close();
    await source.drop();
    await target.drop();
    await receiver.close();
  });

  const start = async (database: TestDatabase, webhooks: TestHostOptions['webhooks'] = {}) => {
    const host = await TestHost.start({ database, webhooks });
    hosts.push(host);
    return host;
  };
  const stopAll = async (): Promise<void> => {
    for (const host of hosts.splice(0)) await host.close();
  };
  const subscribe = async (host: TestHost, httpTransportUid: string): Promise<void> => {
    const api = host.api(TENANT);
    const url = receiver.url.replace('/hook', `/${httpTransportUid}`);
    await api.post('/httptransports', { httpTransportUid, name: httpTransportUid, url });
    await api.post(`/httptransports/${httpTransportUid}/webhooks`, { action: '*' });
  };
  const emit = (host: TestHost, Uid: string): Promise<unknown> =>
    host.emitter.emit('ORDER_SETTLED', { order: { Uid } }, { tenantUid: TENANT });
  const arrived = (): string[] =>
    receiver.requests
      .map((request) => `${request.path.slice(1)} ${(jsonOf(request)['order'] as { Uid: string }).Uid}`)
      .sort();

  /** A database with events that were delivered and one that has not been fanned out yet, copied row by row. */
  const restore = async (): Promise<void> => {
    const sender = await start(source);
    await subscribe(sender, 'erp');
    for (const uid of ['old-1', 'old-2', 'old-3']) await emit(sender, uid);
    await receiver.waitFor(3);
    await stopAll();
    const emitter = await start(source, { worker: false });
    await emit(emitter, 'pending');
    await stopAll();
    receiver.reset();

    const dataSource = await new DataSource(target.options).initialize();
    await runWebhookMigrations(dataSource);
    await dataSource.destroy();
    await emptyTables(target);
    await restoreRows(source, target);
  };

  it('are delivered as far as they were pending, and no event of the past is emitted again', async () => {
    await restore();
    const host = await start(target);
    await subscribe(host, 'crm');
    await receiver.waitFor(1);
    await emit(host, 'new');
    await receiver.waitFor(3);
    await sleep(A_WHILE_MS);
    // Whether the pending event still reaches the new webhook depends on which is first: its fan-out or the webhook.
    expect(arrived().filter((line) => line !== 'crm pending')).toEqual(['crm new', 'erp new', 'erp pending']);
  });

  it('do not keep an event that is inserted by hand from being delivered', async () => {
    await restore();
    const host = await start(target);
    await host.dataSource.query(
      `INSERT INTO webhook_event (tenant_uid, event_uid, action, body)
       VALUES ('${TENANT}', 'by-hand', 'ORDER_SETTLED', '{"action":"ORDER_SETTLED","order":{"Uid":"by-hand"}}')`,
    );
    await receiver.waitFor(2);
    expect(arrived()).toEqual(['erp by-hand', 'erp pending']);
  });
});

describe('a clock of PostgreSQL that is set back', () => {
  it('during a transaction loses none of its events', async () => {
    const database = await createDatabase('postgres');
    // Transactions seem to have begun an hour from now.
    await shiftClock(database, 3_600_000, ['now']);
    const receiver = await Receiver.start();
    const host = await TestHost.start({ database });
    try {
      const api = host.api(TENANT);
      await api.post('/httptransports', { httpTransportUid: 'erp', name: 'ERP', url: receiver.url });
      await api.post('/httptransports/erp/webhooks', { action: '*' });
      await host.dataSource.transaction(async (manager) => {
        await host.emitter.emit('ORDER_SETTLED', { order: { Uid: '1' } }, { tenantUid: TENANT, manager });
      });
      await receiver.waitFor(1);
    } finally {
      await host.close();
      await receiver.close();
      await database.drop();
    }
  });
});
