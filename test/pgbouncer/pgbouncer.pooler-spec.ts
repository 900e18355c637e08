import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runWebhookMigrations, TransactionPoolingError } from 'nestjs-tillhook';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { createDatabase } from '../support/databases.js';
import { LogCapture } from '../support/log-capture.js';
import { Receiver } from '../support/receiver.js';
import { TenantClient } from '../support/tenant-client.js';
import type { TestDatabase } from '../support/test-database.js';
import { TestHost } from '../support/test-host.js';
import { PgBouncer, type PoolMode } from './pgbouncer.js';

const REFUSED = { code: 'TRANSACTION_POOLING', message: expect.stringContaining('database: { url }') };

describe('PgBouncer between the host and PostgreSQL', () => {
  let direct: TestDatabase;
  let receiver: Receiver;
  let pooler: PgBouncer | undefined;
  let host: TestHost | undefined;
  let log: LogCapture;

  beforeEach(async () => {
    direct = await createDatabase('postgres');
    receiver = await Receiver.start();
    log = new LogCapture();
  });
  afterEach(async () => {
    await host?.close();
    host = undefined;
    await pooler?.stop();
    pooler = undefined;
    await receiver.close();
    await direct.drop();
  });

  const open = async (mode: PoolMode, settings = {}): Promise<TestDatabase> => {
    pooler = await PgBouncer.start(direct, mode, settings);
    return pooler.database;
  };
  const start = (database: TestDatabase, webhooks = {}): Promise<TestHost> =>
    TestHost.start({ database, webhooks, logger: log });

  const POOLS: [PoolMode, object][] = [
    ['transaction', {}],
    ['transaction', { default_pool_size: 1 }],
    ['transaction', { default_pool_size: 2 }],
    ['transaction', { server_round_robin: 1 }],
    ['statement', {}],
  ];
  it.each(POOLS)('is refused in the mode %s %j, and no session of it was changed', async (mode, settings) => {
    const database = await open(mode, settings);
    const starting = start(database);
    await expect(starting).rejects.toMatchObject(REFUSED);
    await expect(starting).rejects.toBeInstanceOf(TransactionPoolingError);
    if (mode === 'transaction') expect(await pooler!.show('enable_seqscan', 1)).toEqual(['on']);
  });

  it('is refused while other clients use it heavily', async () => {
    const database = await open('transaction', { default_pool_size: 4 });
    const clients = Array.from({ length: 16 }, () => new pg.Client({ connectionString: database.url }));
    await Promise.all(clients.map((client) => client.connect()));
    const over = new AbortController();
    const load = clients.map(async (client) => {
      while (!over.signal.aborted) await client.query('SELECT pg_sleep(random() * 0.01)');
      await client.end();
    });
    for (let n = 0; n < 5; n += 1) await expect(start(database)).rejects.toMatchObject(REFUSED);
    over.abort();
    await Promise.all(load);
  });

  it('is refused by runWebhookMigrations in the mode transaction', async () => {
    const dataSource = await new DataSource((await open('transaction')).options).initialize();
    await expect(runWebhookMigrations(dataSource)).rejects.toMatchObject(REFUSED);
    await dataSource.destroy();
  });

  it('serves the host in the mode transaction while the module has a direct address', async () => {
    host = await start(await open('transaction'), { database: { url: direct.url } });
    const tenant = new TenantClient(host);
    await tenant.transport(receiver);
    for (let n = 0; n < 20; n += 1) {
      await host.dataSource.transaction(async (manager) => {
        await host!.emitter.emit(
          'ORDER_SETTLED',
          { order: { Uid: String(n) } },
          { tenantUid: tenant.tenantUid, manager },
        );
      });
      await tenant.emit(`alone-${n}`);
    }
    await tenant.untilLogged({ status: 'DELIVERED' }, 40);
    for (const [setting, value] of [
      ['enable_seqscan', 'on'],
      ['lock_timeout', '0'],
      ['jit', 'on'],
    ])
      expect(await pooler!.show(setting!)).toEqual([value]);
    expect(log.at('warn', /./).filter((line) => !/DataSourceNameRegistry/.test(line))).toEqual([]);
  });

  it('is accepted in the mode session, and leaves no setting to the next client', async () => {
    host = await start(await open('session'));
    const tenant = new TenantClient(host);
    await tenant.transport(receiver);
    await host.dataSource.transaction(async (manager) => {
      await host!.emitter.emit(
        'ORDER_SETTLED',
        { order: { Uid: '1' } },
        { tenantUid: tenant.tenantUid, manager },
      );
    });
    await tenant.emit();
    await tenant.untilLogged({ status: 'DELIVERED' }, 2);
    await host.close();
    host = undefined;
    expect(await pooler!.show('enable_seqscan', 5)).toEqual(['on']);
  });
});
