import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import {
  revertWebhookMigration,
  runWebhookMigrations,
  WebhookEmitter,
  WebhooksModule,
} from 'nestjs-tillhook';
import {
  DataSource,
  DefaultNamingStrategy,
  EntitySchema,
  type DataSourceOptions,
  type EntitySchemaOptions,
} from 'typeorm';
import { createDatabase } from '../support/databases.js';
import { LogCapture } from '../support/log-capture.js';
import { Receiver } from '../support/receiver.js';
import { TenantClient } from '../support/tenant-client.js';
import { DATABASE_KINDS, type TestDatabase } from '../support/test-database.js';
import { TestHost } from '../support/test-host.js';

const NEWEST = 'CreateWebhookTables1763942400000';

describe.each(DATABASE_KINDS)('migrations on %s', (kind) => {
  let database: TestDatabase;
  let host: DataSource;
  beforeEach(async () => {
    database = await createDatabase(kind);
    host = await new DataSource(database.options).initialize();
  });
  afterEach(async () => {
    await host.destroy();
    await database.drop();
  });

  /** The tables and other objects that there are, in the schema of the connection. */
  const objects = async (schema = 'public'): Promise<string[]> => {
    const sql =
      kind === 'postgres'
        ? `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = '${schema}'
           UNION ALL SELECT routine_name FROM information_schema.routines WHERE routine_schema = '${schema}'
           UNION ALL SELECT sequence_name FROM information_schema.sequences WHERE sequence_schema = '${schema}'`
        : `SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'`;
    return (await host.query<{ name: string }[]>(sql)).map(({ name }) => name).sort();
  };

  it('make the tables, once, and can be undone: only the list of migrations is left', async () => {
    expect(await runWebhookMigrations(host)).toEqual([NEWEST]);
    const made = await objects();
    expect(made).toEqual(expect.arrayContaining(['webhook_event', 'webhook_lane', 'webhook_queue']));
    expect(await runWebhookMigrations(host)).toEqual([]);
    expect(await objects()).toEqual(made);

    expect(await revertWebhookMigration(host)).toBe(NEWEST);
    expect((await objects()).filter((name) => !name.startsWith('webhook_migration'))).toEqual([]);
    expect(await revertWebhookMigration(host)).toBeUndefined();
    expect(await runWebhookMigrations(host)).toEqual([NEWEST]);
    expect(await objects()).toEqual(made);
  });

  it('are run by one of many replicas that start at once', async () => {
    for (let round = 0; round < 3; round++) {
      const ran = await Promise.all(Array.from({ length: 8 }, () => runWebhookMigrations(host)));
      expect(ran.flat()).toEqual([NEWEST]);
      await revertWebhookMigration(host);
    }
  });

  it('fail with the reason when something else is in their way, and leave nothing half made', async () => {
    await host.query('CREATE TABLE webhook_lane (id integer)');
    await expect(runWebhookMigrations(host)).rejects.toThrow(/webhook_lane/);
    expect((await objects()).filter((name) => !name.startsWith('webhook_migration'))).toEqual([
      'webhook_lane',
    ]);
  });

  it('are named by the error if they are missing and runMigrations is off', async () => {
    const logger = new LogCapture();
    const starting = TestHost.start({ database, logger, webhooks: { runMigrations: false } });
    await expect(starting).rejects.toMatchObject({
      code: 'SCHEMA_BEHIND',
      message: expect.stringMatching(
        new RegExp(`${NEWEST}.*runWebhookMigrations\\(dataSource\\).*runMigrations: true`),
      ),
    });
    await runWebhookMigrations(host);
    const started = await TestHost.start({ database, webhooks: { runMigrations: false } });
    await started.close();
  });

  describe('and the tables of the host', () => {
    const HOST_TABLES: EntitySchemaOptions<{ id: number; name: string }> = {
      name: 'Shop',
      tableName: 'shop',
      columns: { id: { type: Number, primary: true }, name: { type: String } },
    };
    const hostWith = (options: object): Promise<DataSource> =>
      new DataSource({
        ...database.options,
        entities: [new EntitySchema(HOST_TABLES)],
        ...options,
      }).initialize();

    it('exist side by side: neither synchronize nor a generated migration touches those of the module', async () => {
      await runWebhookMigrations(host);
      const ours = await objects();
      const synchronized = await hostWith({ synchronize: true });
      expect(await objects()).toEqual([...ours, 'shop'].sort());
      const { upQueries, downQueries } = await synchronized.driver.createSchemaBuilder().log();
      expect([upQueries, downQueries]).toEqual([[], []]);
      await synchronized.destroy();
      // `migration:generate` compares in the same way. A table of the host is missing, so it has something to generate.
      await host.query('DROP TABLE shop');
      const generating = await hostWith({});
      const generated = await generating.driver.createSchemaBuilder().log();
      expect(generated.upQueries.map(({ query }) => query)).toEqual([expect.stringContaining('"shop"')]);
      await generating.destroy();
      expect(await objects()).toEqual(ours);
    });

    it("do not change the names of the module's tables, whatever the host's own prefixes, naming strategy and migrations", async () => {
      const odd = await hostWith({
        entityPrefix: 'pos_',
        migrationsTableName: 'pos_migration',
        namingStrategy: new Shouting(),
      });
      await runWebhookMigrations(odd);
      expect(await objects()).toEqual(expect.arrayContaining(['webhook_event', 'webhook_migration']));
      expect((await objects()).filter((name) => /pos_|^[A-Z]/.test(name))).toEqual([]);
      await odd.destroy();
    });
  });
});

class Shouting extends DefaultNamingStrategy {
  override tableName(targetName: string, userSpecifiedName: string | undefined): string {
    return super.tableName(targetName, userSpecifiedName).toUpperCase();
  }
}

describe('a PostgreSQL schema', () => {
  let database: TestDatabase;
  let host: DataSource;
  beforeAll(async () => {
    database = await createDatabase('postgres');
    host = await new DataSource({
      ...database.options,
      schema: 'Till Hooks',
    } as DataSourceOptions).initialize();
    await host.query('CREATE SCHEMA "Till Hooks"');
  });
  afterAll(async () => {
    await host.destroy();
    await database.drop();
  });

  it('of the host holds the tables, and everything works there', async () => {
    const receiver = await Receiver.start();
    const inSchema = {
      ...database,
      options: { ...database.options, schema: 'Till Hooks' } as DataSourceOptions,
    };
    const app = await TestHost.start({ database: inSchema, webhooks: { retryScheduleMs: [50] } });
    try {
      const tenant = new TenantClient(app);
      await tenant.transport(receiver, {}, { ordered: true });
      receiver.respondNext({ status: 503 });
      await app.dataSource.transaction(async (manager) => {
        await app.emitter.emit('TILL_OPEN', { till: { Uid: '1' } }, { tenantUid: tenant.tenantUid, manager });
      });
      await tenant.emit();
      await tenant.untilLogged({ status: 'DELIVERED' }, 2);
      expect(receiver.requests).toHaveLength(3);
      const found = await host.query<{ table_schema: string }[]>(
        `SELECT DISTINCT table_schema FROM information_schema.tables WHERE table_name LIKE 'webhook%'`,
      );
      expect(found).toEqual([{ table_schema: 'Till Hooks' }]);
    } finally {
      await app.close();
      await receiver.close();
    }
    expect(await revertWebhookMigration(host)).toBe(NEWEST);
  });
});

describe('a named data source', () => {
  it('has the tables of the module, and the others have none', async () => {
    const [main, webhooks] = [await createDatabase('sqlite'), await createDatabase('postgres')];
    const app = await NestFactory.create(
      {
        module: class NamedHost {},
        imports: [
          TypeOrmModule.forRoot(main.options),
          TypeOrmModule.forRoot({ ...webhooks.options, name: 'hooks' }),
          WebhooksModule.forRoot({
            dataSource: 'hooks',
            controllers: false,
            runMigrations: true,
          }),
        ],
      },
      { logger: ['error', 'warn'], abortOnError: false },
    );
    try {
      await app.init();
      const emitter = app.get(WebhookEmitter, { strict: false });
      const hooks = app.get<DataSource>(getDataSourceToken('hooks'));
      const other = app.get<DataSource>(getDataSourceToken());
      const tables = await other.query<unknown[]>(
        `SELECT name FROM sqlite_master WHERE name LIKE 'webhook%'`,
      );
      expect(tables).toEqual([]);
      const emitWith = (dataSource: DataSource) =>
        dataSource.transaction((manager) =>
          emitter.emit('TILL_OPEN', { till: { Uid: '1' } }, { tenantUid: 'shop', manager }),
        );
      await emitWith(hooks);
      expect(await hooks.query('SELECT tenant_uid FROM webhook_event')).toEqual([{ tenant_uid: 'shop' }]);
      await expect(emitWith(other)).rejects.toHaveProperty('code', 'FOREIGN_MANAGER');
    } finally {
      await app.close();
      await main.drop();
      await webhooks.drop();
    }
  });
});

describe('a database that the module cannot share with the host', () => {
  it.each([':memory:', ''])('is refused with the reason: SQLite "%s"', async (file) => {
    const host = new DataSource({ type: 'better-sqlite3', database: file });
    await expect(runWebhookMigrations(host)).rejects.toMatchObject({
      code: 'UNSUPPORTED_DATABASE',
      message: expect.stringMatching(/another, empty database.*Use a file/),
    });
  });

  it('is refused with what is supported: a dialect that the module does not speak', async () => {
    const host = { options: { type: 'mysql', database: 'pos' } } as DataSource;
    await expect(runWebhookMigrations(host)).rejects.toMatchObject({
      code: 'UNSUPPORTED_DATABASE',
      message: expect.stringMatching(/"mysql".*"postgres" and "better-sqlite3"/),
    });
  });
});
