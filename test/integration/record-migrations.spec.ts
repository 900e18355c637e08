import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource, MigrationExecutor, type MigrationInterface, type QueryRunner } from 'typeorm';
import { recordMigrations } from '../../lib/persistence/migrations/record-migrations.js';
import { createDatabase } from '../support/databases.js';
import { DATABASE_KINDS, type TestDatabase } from '../support/test-database.js';

class MakeShops1000000000001 implements MigrationInterface {
  name = 'MakeShops1000000000001';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE shop (id integer PRIMARY KEY)`);
  }
  down = (): Promise<void> => Promise.resolve();
}

class NameShops1000000000002 implements MigrationInterface {
  name = 'NameShops1000000000002';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE shop ADD COLUMN name varchar(64) NOT NULL DEFAULT ''`);
    await runner.query(`CREATE INDEX shop_name ON shop (name)`);
  }
  down = (): Promise<void> => Promise.resolve();
}

const BOTH = [MakeShops1000000000001, NameShops1000000000002];

describe.each(DATABASE_KINDS)('The recorded statements of migrations on %s', (kind) => {
  const target = kind === 'postgres' ? { type: kind, schema: 'public' } : { type: kind };
  let database: TestDatabase;
  let dataSource: DataSource;
  beforeEach(async () => {
    database = await createDatabase(kind);
    const list = { migrationsTableName: 'webhook_migration', migrations: BOTH };
    dataSource = await new DataSource({ ...database.options, ...list }).initialize();
  });
  afterEach(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const run = async (migrations: readonly { statements: readonly string[] }[]): Promise<void> => {
    for (const statement of migrations.flatMap(({ statements }) => statements))
      await dataSource.query(statement);
  };
  const pending = async (): Promise<string[]> =>
    (await new MigrationExecutor(dataSource).getPendingMigrations()).map(({ name }) => name);

  it('upgrade a database step by step, and TypeORM sees which have run', async () => {
    const all = await recordMigrations({ ...target, of: BOTH });
    expect(all.map(({ name }) => name)).toEqual(['MakeShops1000000000001', 'NameShops1000000000002']);
    await run(all.slice(0, 1));
    expect(await pending()).toEqual(['NameShops1000000000002']);

    const rest = await recordMigrations({ ...target, of: BOTH, after: 'MakeShops1000000000001' });
    expect(rest).toEqual(all.slice(1));
    expect(rest[0]!.statements).toHaveLength(3);
    await run(rest);
    expect(await pending()).toEqual([]);
    await dataSource.query(`INSERT INTO shop (id, name) VALUES (1, 'Kiosk')`);
  });

  it('print nothing on the standard output if a migration fails', async () => {
    const written: unknown[] = [];
    const { log } = console;
    console.log = (...values) => void written.push(values);
    try {
      class Failing1000000000004 implements MigrationInterface {
        name = 'Failing1000000000004';
        up = (): Promise<void> => Promise.reject(new Error('out of ink'));
        down = (): Promise<void> => Promise.resolve();
      }
      await expect(recordMigrations({ ...target, of: [Failing1000000000004] })).rejects.toThrow('out of ink');
    } finally {
      console.log = log;
    }
    expect(written).toEqual([]);
  });

  it.each<[string, (runner: QueryRunner) => Promise<unknown>]>([
    ['rows', async (runner) => ((await runner.query('SELECT 1 AS one')) as { one: number }[])[0]],
    ['a count', async (runner) => ((await runner.query('SELECT 1 AS one')) as unknown[]).length],
    ['a list', async (runner) => [...((await runner.query('SELECT 1 AS one')) as unknown[])]],
    ['a table', async (runner) => ((await runner.hasTable('shop')) ? 1 : 2)],
  ])('are refused if a migration reads %s of the database', async (_what, read) => {
    class Reading1000000000003 implements MigrationInterface {
      name = 'Reading1000000000003';
      async up(runner: QueryRunner): Promise<void> {
        await read(runner);
      }
      down = (): Promise<void> => Promise.resolve();
    }
    await expect(recordMigrations({ ...target, of: [Reading1000000000003] })).rejects.toThrow(
      /Migration Reading1000000000003 reads the database and cannot be printed: (SELECT 1|hasTable\(shop\))/,
    );
  });

  it('are refused if the migration after which they should begin does not exist', async () => {
    await expect(recordMigrations({ ...target, after: 'Nothing1' })).rejects.toThrow(
      'Migration "Nothing1" does not exist.',
    );
  });
});
