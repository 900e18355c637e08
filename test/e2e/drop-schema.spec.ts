import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { createDatabase } from '../support/databases.js';
import { LogCapture } from '../support/log-capture.js';
import { Receiver } from '../support/receiver.js';
import { TenantClient } from '../support/tenant-client.js';
import { DATABASE_KINDS, type TestDatabase } from '../support/test-database.js';
import { TestHost } from '../support/test-host.js';

const TENANTS = 'webhook_tenant';

describe.each(DATABASE_KINDS)('a host that drops its schema, on %s', (kind) => {
  let database: TestDatabase;
  let receiver: Receiver;

  beforeEach(async () => {
    database = await createDatabase(kind);
    receiver = await Receiver.start();
  });
  afterEach(async () => {
    await database.drop();
    await receiver.close();
  });

  const dropping = (): TestDatabase => ({ ...database, options: { ...database.options, dropSchema: true } });
  const delivers = async (host: TestHost): Promise<void> => {
    const tenant = new TenantClient(host);
    await tenant.transport(receiver);
    await tenant.emit();
    await tenant.untilLogged({ status: 'DELIVERED' });
  };

  it('boots and delivers each time, with dropSchema: true', async () => {
    for (let boot = 0; boot < 3; boot++) {
      const host = await TestHost.start({ database: dropping() });
      await delivers(host);
      await host.close();
    }
  });

  it('boots and delivers after synchronize(true), as schema:drop and schema:sync do', async () => {
    for (let boot = 0; boot < 2; boot++) {
      const host = await TestHost.start({ database });
      await delivers(host);
      await host.close();
      const dataSource = await new DataSource(database.options).initialize();
      await dataSource.synchronize(true);
      await dataSource.destroy();
    }
  });

  it('boots if the tables are gone and the list of migrations is not', async () => {
    await (await TestHost.start({ database })).close();
    const dataSource = await new DataSource(database.options).initialize();
    const dropTables = async (pattern: RegExp): Promise<void> => {
      const sql =
        kind === 'postgres'
          ? `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`
          : `SELECT name FROM sqlite_master WHERE type = 'table'`;
      const names = (await dataSource.query<{ name: string }[]>(sql)).map(({ name }) => name);
      const found = names.filter((name) => pattern.test(name)).sort();
      // Webhooks before the transports that they refer to, and the tenants that those refer to last.
      const inOrder = [
        ...found.reverse().filter((name) => name !== TENANTS),
        ...found.filter((name) => name === TENANTS),
      ];
      for (const name of inOrder) await dataSource.query(`DROP TABLE ${name}`);
    };
    await dropTables(/^webhook_(?!migration)/);
    const host = await TestHost.start({ database });
    await delivers(host);
    await host.close();

    // Rows are left in the other tables. An operator must decide whether they matter.
    await dropTables(/^webhook_outbox$/);
    for (const runMigrations of [true, false]) {
      const logger = new LogCapture();
      await expect(TestHost.start({ database, logger, webhooks: { runMigrations } })).rejects.toMatchObject({
        code: 'SCHEMA_BEHIND',
        message: expect.stringContaining('webhook_outbox'),
      });
    }
    await dataSource.destroy();
  });

  if (kind === 'postgres') {
    it('boots in two replicas that drop and migrate at once', async () => {
      for (let round = 0; round < 5; round++) {
        const hosts = await Promise.all([
          TestHost.start({ database: dropping() }),
          TestHost.start({ database: dropping() }),
        ]);
        // Both have booted, and the last one that dropped the tables has migrated them.
        await delivers(hosts[0]);
        await Promise.all(hosts.map((host) => host.close()));
      }
    }, 60_000);
  }
});
