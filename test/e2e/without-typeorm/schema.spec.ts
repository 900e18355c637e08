import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { adoptEnvironment, revertWebhookMigration, runWebhookMigrations } from 'nestjs-tillhook';
import { createDatabase, eachDatabase } from '../../support/databases.js';
import { LogCapture } from '../../support/log-capture.js';
import { openPlainClient, type PlainClient } from '../../support/plain-client.js';
import { Receiver } from '../../support/receiver.js';
import { TenantClient } from '../../support/tenant-client.js';
import type { TestDatabase } from '../../support/test-database.js';
import { TestHost } from '../../support/test-host.js';

describe('The schema of a host without TypeORM', () => {
  let database: TestDatabase;
  let client: PlainClient;
  beforeEach(async () => {
    database = await createDatabase('postgres');
    client = await openPlainClient(database);
    await client.query('CREATE TABLE sale (uid text)');
  });
  afterEach(async () => {
    await client.close();
    await database.drop();
  });

  const start = (options: object, logger = new LogCapture()): Promise<TestHost> =>
    TestHost.start({ database, typeOrm: false, webhooks: { database: options }, logger });
  const schemasOfEvents = () =>
    client.query(
      `SELECT schemaname FROM pg_tables WHERE tablename IN ('webhook_event', 'webhook_migration')`,
    );

  it.each([
    ['the option database.schema', (url: string) => ({ url, schema: 'Shop hooks' })],
    ['the parameter "schema" of the url', (url: string) => ({ url: `${url}?schema=Shop%20hooks` })],
  ])('is named by %s; transactions with another search path emit into it', async (_, optionsFor) => {
    await client.query('CREATE SCHEMA "Shop hooks"');
    const log = new LogCapture();
    const host = await start(optionsFor(database.url), log);
    const receiver = await Receiver.start();
    try {
      const tenant = new TenantClient(host);
      await tenant.transport(receiver);
      await client.emitIn(host.emitter, tenant.tenantUid, '700');
      await client.query('COMMIT');
      await tenant.untilLogged({ status: 'DELIVERED' });
      expect(await schemasOfEvents()).toEqual([{ schemaname: 'Shop hooks' }, { schemaname: 'Shop hooks' }]);
      expect(log.at('log', /PostgreSQL, schema "Shop hooks"/)).toHaveLength(1);
    } finally {
      await host.close();
      await receiver.close();
    }
  });

  it('must exist: the message gives the statement that creates it', async () => {
    await expect(start({ url: database.url, schema: 'nowhere' })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      option: 'database.schema',
      message: expect.stringContaining('CREATE SCHEMA "nowhere"'),
    });
  });
});

describe('The functions for deploy steps', () => {
  eachDatabase((database) => {
    it('take the address of the database instead of a data source', async () => {
      const address = { url: database().url };
      expect((await runWebhookMigrations(address)).length).toBeGreaterThan(0);
      expect(await runWebhookMigrations(address)).toEqual([]);
      await adoptEnvironment(address, 'production');
      const host = await TestHost.start({
        database: database(),
        typeOrm: false,
        webhooks: { runMigrations: false, environment: 'production' },
      });
      await new TenantClient(host).emit();
      await host.close();
      expect(await revertWebhookMigration(address)).toEqual(expect.any(String));
    });

    it('refuse to work without an address', async () => {
      for (const given of [{}, { url: undefined }, undefined])
        await expect(runWebhookMigrations(given as object)).rejects.toMatchObject({
          code: 'INVALID_OPTION',
          option: 'database.url',
        });
    });
  }, createDatabase);
});
