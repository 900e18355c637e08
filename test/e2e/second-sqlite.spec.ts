import { existsSync, realpathSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import BetterSqlite3 from 'better-sqlite3';
import { runWebhookMigrations, SecondSqliteError, WebhooksModule } from 'nestjs-tillhook';
import { fromBetterSqlite3 } from 'nestjs-tillhook/better-sqlite3';
import { createDatabase } from '../support/databases.js';
import { installSecondSqlite, type SecondSqlite } from '../support/second-sqlite.js';
import type { TestDatabase } from '../support/test-database.js';
import { TestHost } from '../support/test-host.js';

const data = { order: { Uid: '700' } };
const REFUSED = { code: 'SECOND_SQLITE', message: expect.stringMatching(/npm dedupe.*overrides/) };

describe('With a second copy of SQLite in the process', () => {
  let second: SecondSqlite;
  // Each test has a database of its own: two copies of SQLite that have one file open may damage it, even if both only read.
  let database: TestDatabase;
  let host: TestHost;
  let file: string;

  beforeAll(() => {
    second = installSecondSqlite();
  }, 60_000);
  beforeEach(async () => {
    database = await createDatabase('sqlite');
    file = (database.options as { database: string }).database;
    host = await TestHost.start({ database, webhooks: { worker: false } });
  });
  afterEach(async () => {
    await host.close();
    await database.drop();
  });
  afterAll(() => second.remove());

  const stored = (): Promise<unknown[]> => host.dataSource.query('SELECT event_uid FROM webhook_event');
  /** Emits in a transaction of better-sqlite3, which commits in spite of an error of `emitSync`. */
  const emitOn = (db: BetterSqlite3.Database): unknown => {
    try {
      return db.transaction(() => {
        try {
          const to = { tenantUid: '7', transaction: fromBetterSqlite3(db) };
          return host.emitter.emitSync('ORDER_SETTLED', data, to);
        } catch (error) {
          return error;
        }
      })();
    } finally {
      db.close();
    }
  };

  it('emit refuses a transaction on the other copy, naming both files, and writes nothing', async () => {
    const error = emitOn(new second.BetterSqlite3(file));
    expect(error).toBeInstanceOf(SecondSqliteError);
    const own = realpathSync('node_modules/better-sqlite3/build/Release/better_sqlite3.node');
    expect(error).toMatchObject({ ...REFUSED, files: [own, second.file].sort() });
    expect((error as Error).message).toContain(own);
    expect((error as Error).message).toContain(second.file);
    expect((error as Error).message).toMatch(
      /^The better-sqlite3 transaction passed to emit runs on another/,
    );
    expect(await stored()).toEqual([]);
  });

  it('emit refuses it also if only the native file is another one', async () => {
    expect(emitOn(new BetterSqlite3(file, { nativeBinding: second.file }))).toMatchObject(REFUSED);
    expect(await stored()).toEqual([]);
  });

  it('emit refuses a TypeORM manager on the other copy', async () => {
    const other = await new second.DataSource(database.options).initialize();
    try {
      await other.transaction(async (manager) => {
        const emitted = host.emitter.emit('ORDER_SETTLED', data, { tenantUid: '7', manager });
        await expect(emitted).rejects.toMatchObject(REFUSED);
      });
      expect(await stored()).toEqual([]);
    } finally {
      await other.destroy();
    }
  });

  it('emit accepts further connections on the copy of the module', async () => {
    expect(emitOn(new BetterSqlite3(file))).toEqual({ eventUid: expect.any(String) });
    expect(await stored()).toHaveLength(1);
  });

  it('the application does not start if its data source runs on the other copy', async () => {
    const elsewhere = await createDatabase('sqlite');
    const other = await new second.DataSource(elsewhere.options).initialize();
    const app = {
      module: class HostModule {},
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => elsewhere.options,
          dataSourceFactory: () => Promise.resolve(other),
        }),
        WebhooksModule.forRoot({ controllers: false, runMigrations: true }),
      ],
    };
    const starting = NestFactory.createApplicationContext(app, { logger: false, abortOnError: false });
    // Should it start by mistake, it must not keep the test waiting.
    await starting.then(
      (started) => started.close(),
      () => undefined,
    );
    await expect(starting).rejects.toMatchObject({
      ...REFUSED,
      message: expect.stringMatching(/^The host's data source runs on another copy/),
    });
    await expect(runWebhookMigrations(other)).rejects.toMatchObject(REFUSED);
    // Neither of them has opened the file.
    expect(await other.query('SELECT name FROM sqlite_master')).toEqual([]);
    expect(existsSync(`${(elsewhere.options as { database: string }).database}-wal`)).toBe(false);
    await other.destroy();
    await elsewhere.drop();
  });

  it('the application starts if its data source and the module use the other copy together', async () => {
    const elsewhere = await createDatabase('sqlite');
    const options = { ...elsewhere.options, driver: second.BetterSqlite3 };
    const together = await TestHost.start({
      database: { ...elsewhere, options },
      webhooks: { worker: false },
    });
    await together.dataSource.transaction((manager) =>
      together.emitter.emit('ORDER_SETTLED', data, { tenantUid: '7', manager }),
    );
    expect(await together.dataSource.query('SELECT tenant_uid FROM webhook_event')).toHaveLength(1);
    await together.close();
    await elsewhere.drop();
  });
});

describe('A heap limit that the host has set for SQLite', () => {
  it('is kept, and emitting works', async () => {
    const LIMIT = 512 * 1024 * 1024;
    const database = await createDatabase('sqlite');
    const db = new BetterSqlite3((database.options as { database: string }).database);
    const before = db.pragma('soft_heap_limit', { simple: true });
    db.pragma(`soft_heap_limit = ${LIMIT}`);
    const host = await TestHost.start({ database, webhooks: { worker: false } });
    try {
      const emitted = db.transaction(() =>
        host.emitter.emitSync('ORDER_SETTLED', data, { tenantUid: '7', transaction: fromBetterSqlite3(db) }),
      )();
      expect(emitted).toEqual({ eventUid: expect.any(String) });
      expect(db.pragma('soft_heap_limit', { simple: true })).toBe(LIMIT);
    } finally {
      db.pragma(`soft_heap_limit = ${String(before)}`);
      await host.close();
      db.close();
      await database.drop();
    }
  });
});
