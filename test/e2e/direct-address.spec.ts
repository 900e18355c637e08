import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TypeOrmModuleOptions } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { createDatabase } from '../support/databases.js';
import { LogCapture } from '../support/log-capture.js';
import { Receiver } from '../support/receiver.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { TenantClient } from '../support/tenant-client.js';
import type { TestDatabase } from '../support/test-database.js';
import { TestHost } from '../support/test-host.js';

describe('the option database.url', () => {
  let database: TestDatabase;
  let other: TestDatabase;
  let proxy: TcpProxy;
  /** The same database at another address, such as that of a pooler. */
  let elsewhere: TestDatabase;
  let log: LogCapture;

  beforeEach(async () => {
    [database, other] = [await createDatabase('postgres'), await createDatabase('postgres')];
    const url = new URL(database.url);
    proxy = await TcpProxy.start(url.hostname, Number(url.port));
    url.port = String(proxy.port);
    elsewhere = { ...database, url: url.href, options: { type: 'postgres', url: url.href } };
    log = new LogCapture();
  });
  afterEach(async () => {
    await proxy.close();
    await database.drop();
    await other.drop();
  });

  const start = (host: TestDatabase, url: string): Promise<TestHost> =>
    TestHost.start({ database: host, webhooks: { database: { url } }, logger: log });
  const secrets = (): string[] => [new URL(database.url).password, new URL(other.url).password];

  it('is where the module connects, while the host and its transactions stay where they are', async () => {
    const receiver = await Receiver.start();
    const host = await start(elsewhere, database.url);
    const direct = await new DataSource(database.options).initialize();
    try {
      const tenant = new TenantClient(host);
      await tenant.transport(receiver);
      // The host's data source, and another one that reaches the same database at the direct address.
      for (const dataSource of [host.dataSource, direct]) {
        await dataSource.transaction((manager) =>
          host.emitter.emit(
            'ORDER_SETTLED',
            { order: { Uid: '1' } },
            { tenantUid: tenant.tenantUid, manager },
          ),
        );
      }
      await tenant.untilLogged({ status: 'DELIVERED' }, 2);
      proxy.cut();
      await tenant.emit();
      await tenant.untilLogged({ status: 'DELIVERED' }, 3);
      proxy.open();
    } finally {
      await direct.destroy();
      await host.close();
      await receiver.close();
    }
  });

  it('is refused if it leads to another database', async () => {
    await expect(start(database, other.url)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringMatching(/database\.url.*another database/s),
    });
    for (const secret of secrets()) expect(JSON.stringify(log.entries)).not.toContain(secret);
  });

  it('is refused if its role finds the tables in another schema', async () => {
    const operator = await new DataSource(database.options).initialize();
    await operator.query('CREATE SCHEMA elsewhere');
    await operator.destroy();
    const url = new URL(database.url);
    url.searchParams.set('options', '-c search_path=elsewhere');
    await expect(start(database, url.href)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringMatching(/"elsewhere".*"public"/s),
    });
  });

  it('is not used if the data source of the host cannot connect: the module opens no connection', async () => {
    const url = new URL(database.url);
    url.pathname = '/nowhere';
    const options: TypeOrmModuleOptions = { type: 'postgres', url: url.href, retryAttempts: 0 };
    const broken: TestDatabase = { ...database, options: options as DataSourceOptions };
    const observer = await new DataSource(database.options).initialize();
    await expect(start(broken, database.url)).rejects.toThrow(/nowhere/);
    // The module would have connected within this time.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const tables = await observer.query<object[]>(
      `SELECT tablename FROM pg_tables WHERE tablename LIKE 'webhook_%'`,
    );
    const connections = await observer.query<object[]>(
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'nestjs-tillhook' AND datname = current_database()`,
    );
    await observer.destroy();
    expect([tables, connections]).toEqual([[], []]);
  });

  it('is refused for a host on SQLite, with the reason and without the address', async () => {
    const sqlite = await createDatabase('sqlite');
    const starting = start(sqlite, database.url);
    await expect(starting).rejects.toMatchObject({ code: 'INVALID_OPTION', option: 'database.url' });
    await expect(starting).rejects.toThrow(/SQLite file/);
    for (const secret of secrets()) expect(JSON.stringify(log.entries)).not.toContain(secret);
    await sqlite.drop();
  });
});
