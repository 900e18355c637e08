import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { createDatabase } from '../support/databases.js';
import { Receiver } from '../support/receiver.js';
import { TenantClient } from '../support/tenant-client.js';
import { DATABASE_KINDS, type TestDatabase } from '../support/test-database.js';
import { TestHost } from '../support/test-host.js';

describe.each(DATABASE_KINDS)('tables that a later version has migrated on %s', (kind) => {
  let database: TestDatabase;
  let receiver: Receiver;
  const hosts: TestHost[] = [];

  beforeEach(async () => {
    database = await createDatabase(kind);
    receiver = await Receiver.start();
  });
  afterEach(async () => {
    for (const host of hosts.splice(0)) await host.close();
    await receiver.close();
    await database.drop();
  });

  const start = async (): Promise<TestHost> => {
    const host = await TestHost.start({ database, webhooks: { runMigrations: hosts.length === 0 } });
    hosts.push(host);
    return host;
  };

  /** Does what a migration of a later version would do that adds columns. */
  async function migrateFurther(): Promise<void> {
    const dataSource = await new DataSource(database.options).initialize();
    for (const table of [
      'webhook_event',
      'webhook_queue',
      'webhook_delivery',
      'webhook_http_transport',
      'webhook_lane',
    ])
      await dataSource.query(`ALTER TABLE ${table} ADD COLUMN added_later text`);
    await dataSource.query(
      `INSERT INTO webhook_migration (timestamp, name) VALUES (1900000000000, 'AddLater1900000000000')`,
    );
    await dataSource.destroy();
  }

  it('do not stop a process of this version, neither a running one nor one that starts', async () => {
    const running = new TenantClient(await start());
    await running.transport(receiver);
    await migrateFurther();
    await running.emit('1');
    await receiver.waitFor(1);
    const starting = new TenantClient(await start());
    await starting.transport(receiver);
    await starting.emit('2');
    await receiver.waitFor(2);
    await running.untilLogged({ status: 'DELIVERED' });
    await starting.untilLogged({ status: 'DELIVERED' });
    expect(receiver.requests).toHaveLength(2);
  });
});
