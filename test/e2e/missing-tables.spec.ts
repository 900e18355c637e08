import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { adoptEnvironment, runWebhookMigrations, TablesMissingError, WebhooksHealth } from 'nestjs-tillhook';
import { DataSource, type EntityManager } from 'typeorm';
import { createMigratedDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { LogCapture } from '../support/log-capture.js';
import { jsonOf, Receiver } from '../support/receiver.js';
import { TenantClient } from '../support/tenant-client.js';
import { DATABASE_KINDS, type TestDatabase } from '../support/test-database.js';
import { TestHost } from '../support/test-host.js';

describe.each(DATABASE_KINDS)('tables that are dropped under a running process, on %s', (kind) => {
  let database: TestDatabase;
  let operator: DataSource;
  let receiver: Receiver;
  let host: TestHost;

  beforeEach(async () => {
    database = await createMigratedDatabase(kind);
    receiver = await Receiver.start();
    host = await TestHost.start({ database, logger: new LogCapture() });
    operator = await new DataSource(database.options).initialize();
  });
  afterEach(async () => {
    await host.close();
    await operator.destroy();
    await database.drop();
    await receiver.close();
  });

  const health = () => host.app.get(WebhooksHealth, { strict: false }).check();
  const emit = (manager?: EntityManager): Promise<unknown> =>
    host.emitter.emit('ORDER_SETTLED', { order: { Uid: '1' } }, { tenantUid: 'shop', manager });
  /** Drops the tables, again if the workers of the host make it fail (a deadlock on PostgreSQL, the write lock on SQLite). */
  const dropTables = (): Promise<unknown> => eventually(() => operator.dropDatabase().then(() => true));

  it('are named by health, by emit and by the admin API, each with the code TABLES_MISSING', async () => {
    await dropTables();
    expect(await health()).toMatchObject({
      status: 'down',
      database: { reachable: true },
      reasons: [{ code: 'TABLES_MISSING', message: expect.stringContaining('webhook_event') }],
    });

    const failing = expect.objectContaining({
      code: 'TABLES_MISSING',
      message: expect.stringMatching(/runWebhookMigrations\(dataSource\).*runMigrations: true/s),
    });
    await expect(emit()).rejects.toEqual(failing);
    await expect(emit()).rejects.toBeInstanceOf(TablesMissingError);
    await expect(host.dataSource.transaction((manager) => emit(manager))).rejects.toEqual(failing);

    const { status, body } = await host.api('shop').get('/httptransports');
    expect([status, body]).toMatchObject([503, { code: 'TABLES_MISSING' }]);
    expect(JSON.stringify(body)).not.toMatch(/webhook_|relation|SQL/);
  });

  it('are named if only one of them is missing', async () => {
    await operator.query('DROP TABLE webhook_outbox');
    expect(await health()).toMatchObject({
      status: 'down',
      reasons: [{ code: 'TABLES_MISSING', message: expect.stringContaining('webhook_outbox') }],
    });
    await expect(emit()).rejects.toMatchObject({ code: 'TABLES_MISSING' });
  });

  it('do not turn an error about a table of the host into one about them', async () => {
    await operator.query('CREATE TABLE receipt (id integer)');
    const work = host.dataSource.transaction(async (manager) => {
      await manager.query('INSERT INTO no_such_table VALUES (1)').catch(() => undefined);
      await emit(manager);
    });
    if (kind === 'sqlite') await expect(work).resolves.toBeUndefined();
    else await expect(work).rejects.not.toMatchObject({ code: 'TABLES_MISSING' });
  });

  it('name no environment after they are created again: a process with an environment holds deliveries until the new tables are adopted for it', async () => {
    await host.close();
    host = await TestHost.start({
      database,
      logger: new LogCapture(),
      webhooks: { environment: 'production' },
    });
    await dropTables();
    await runWebhookMigrations(operator);
    await eventually(async () => (await health()).worker.heldBy.includes('ENVIRONMENT'));
    await adoptEnvironment(operator, 'production');
    await eventually(async () => (await health()).status === 'ok');
  });

  it('are used again once another process has migrated them, and nothing old is sent', async () => {
    const before = new TenantClient(host);
    await before.transport(receiver);
    await before.emit('before');
    await before.untilLogged({ status: 'DELIVERED' });
    await dropTables();
    await eventually(async () => (await health()).status === 'down');
    await runWebhookMigrations(operator);
    await eventually(async () => (await health()).status === 'ok');

    const after = new TenantClient(host);
    receiver.reset();
    await after.transport(receiver);
    const eventUid = await after.emit('after');
    await after.untilLogged({ status: 'DELIVERED', eventUid });
    expect(receiver.requests).toHaveLength(1);
    const [request] = receiver.requests;
    expect(request!.headers['webhook-id']).toBe(eventUid);
    expect(jsonOf(request!)).toMatchObject({ tenant: { Uid: after.tenantUid }, order: { Uid: 'after' } });
  });
});
