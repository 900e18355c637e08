import { MigrationExecutor } from 'typeorm';
import { SchemaBehindError } from '../../errors/start-up.errors.js';
import { MIGRATIONS_TABLE } from '../connection/data-source-options.js';
import { TABLES } from './create-webhook-tables.js';
import type { AnyDatabase } from '../connection/open-database.js';
import type { PostgresDatabase } from '../postgres/postgres-database.js';
import { assertMigrationsAreReadable } from '../postgres/readable-migrations.js';
import { retryWhileBusy, type SqliteDatabase } from '../sqlite/sqlite-database.js';

/**
 * Runs pending migrations, under the lock.
 *
 * @returns the names of the migrations that this call ran
 * @throws {SchemaBehindError} if some tables are missing although the migration that creates them was run
 */
export async function migrate(database: AnyDatabase): Promise<string[]> {
  const ran = await exclusively(database, async () => {
    await database.measureClock();
    return migrateInTransaction(database);
  });
  await assertTablesExist(database);
  return ran;
}

/** @throws {SchemaBehindError} naming the missing migrations or tables, and the remedy */
export async function assertSchemaIsCurrent(database: AnyDatabase): Promise<void> {
  const pending = await pendingMigrations(database);
  if (pending.length === 0) return assertTablesExist(database);
  throw new SchemaBehindError(
    `The webhook tables lack ${pending.length} migration(s): ${pending.join(', ')}. ` +
      'Run `await runWebhookMigrations(dataSource)` in your deploy step, or set the option runMigrations: true.',
  );
}

function migrateInTransaction(database: AnyDatabase): Promise<string[]> {
  switch (database.kind) {
    case 'postgres':
      return migratePostgres(database);
    case 'sqlite':
      return migrateSqlite(database);
  }
}

/**
 * One transaction contains everything, including the list of migrations. If a replica drops the schema at the same time, it
 * finds either all of it or nothing.
 */
async function migratePostgres(database: PostgresDatabase): Promise<string[]> {
  await assertMigrationsAreReadable(database);
  const runner = database.dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    // A replica that drops the schema may hold locks for a while.
    await runner.query('SET LOCAL lock_timeout = 0');
    if (areAllMissing(database)) {
      const list = database.table(MIGRATIONS_TABLE);
      const [found] = (await runner.query('SELECT to_regclass($1) AS name', [list])) as {
        name: string | null;
      }[];
      if (found?.name) await runner.query(`DELETE FROM ${list}`);
    }
    const executor = new MigrationExecutor(database.dataSource, runner);
    executor.transaction = 'none';
    const ran = await executor.executePendingMigrations();
    await runner.commitTransaction();
    return ran.map(({ name }) => name);
  } catch (error) {
    // Report the reason of the failure, even if the connection is lost and the rollback fails.
    await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    await runner.release();
  }
}

/** The write lock is taken first: a second replica waits for it, and then finds that the work is done. */
async function migrateSqlite(database: SqliteDatabase): Promise<string[]> {
  const runner = database.dataSource.createQueryRunner();
  await runner.query('BEGIN IMMEDIATE');
  try {
    await database.measureClock();
    // The host's tools may have dropped the tables but not the list of migrations.
    if (areAllMissing(database) && (await runner.hasTable(MIGRATIONS_TABLE))) {
      await runner.query(`DELETE FROM ${database.table(MIGRATIONS_TABLE)}`);
    }
    const executor = new MigrationExecutor(database.dataSource, runner);
    executor.transaction = 'none';
    const ran = await executor.executePendingMigrations();
    await runner.query('COMMIT');
    return ran.map(({ name }) => name);
  } catch (error) {
    // SQLite rolls back after some failures by itself, and then rejects this statement.
    await runner.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

const areAllMissing = ({ missingTables }: AnyDatabase): boolean => missingTables.length === TABLES.length;

/** @throws {SchemaBehindError} naming the tables that are missing although the migration that creates them was run */
async function assertTablesExist(database: AnyDatabase): Promise<void> {
  await database.measureClock();
  const { missingTables } = database;
  if (missingTables.length === 0) return;
  throw new SchemaBehindError(
    `Webhook tables missing although their migration was run: ${missingTables.join(', ')}. ` +
      (areAllMissing(database)
        ? 'Run `await runWebhookMigrations(dataSource)` in your deploy step, or set the option runMigrations: true.'
        : 'Restore them from a backup. If nothing in the other webhook tables matters, drop those too and run the migrations again.'),
  );
}

/** The names of the migrations that have not run yet, oldest first. */
export const pendingMigrations = async (database: AnyDatabase): Promise<string[]> =>
  (await (await executorOf(database)).getPendingMigrations()).map(({ name }) => name);

/** TypeORM treats a table that the role may not read as missing, and would then consider all migrations to be pending. */
export async function executorOf(database: AnyDatabase): Promise<MigrationExecutor> {
  if (database.kind === 'postgres') await assertMigrationsAreReadable(database);
  return new MigrationExecutor(database.dataSource);
}

/** SQLite needs no other lock than the write lock: a second process fails as busy, tries again and finds that the work is done. */
export function exclusively<T>(database: AnyDatabase, work: () => Promise<T>): Promise<T> {
  switch (database.kind) {
    case 'postgres':
      return database.exclusively(work);
    case 'sqlite':
      return retryWhileBusy(work);
  }
}
