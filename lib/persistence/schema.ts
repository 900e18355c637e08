import { MigrationExecutor } from 'typeorm';
import { SchemaBehindError } from '../errors/schema-behind.error.js';
import type { AnyDatabase } from './open-database.js';
import { assertMigrationsAreReadable } from './postgres/readable-migrations.js';
import { retryWhileBusy } from './sqlite/sqlite-database.js';

/** Runs what is pending, under the lock. */
export function migrate(database: AnyDatabase): Promise<string[]> {
  return exclusively(database, async () => {
    // Looked up again under the lock: another replica may have done it all meanwhile.
    if ((await pendingMigrations(database)).length === 0) return [];
    try {
      return (await database.dataSource.runMigrations()).map(({ name }) => name);
    } catch (error) {
      // On SQLite another replica may have done it between the look and the lock, and its tables are in the way.
      if ((await pendingMigrations(database)).length === 0) return [];
      throw error;
    }
  });
}

/** @throws {SchemaBehindError} naming what is missing and what to do about it */
export async function assertSchemaIsCurrent(database: AnyDatabase): Promise<void> {
  const pending = await pendingMigrations(database);
  if (pending.length === 0) return;
  throw new SchemaBehindError(
    `The webhook tables lack ${pending.length} migration(s): ${pending.join(', ')}. ` +
      'Run `await runWebhookMigrations(dataSource)` in your deploy step, or set the option runMigrations: true.',
  );
}

const pendingMigrations = async (database: AnyDatabase): Promise<string[]> =>
  (await (await executorOf(database)).getPendingMigrations()).map(({ name }) => name);

/** TypeORM takes a table that the role may not see for one that is not there, and all that was run for missing. */
export async function executorOf(database: AnyDatabase): Promise<MigrationExecutor> {
  if (database.kind === 'postgres') await assertMigrationsAreReadable(database);
  return new MigrationExecutor(database.dataSource);
}

/** On SQLite the write lock is the lock: whoever comes second fails as busy, tries again and finds the work done. */
export const exclusively = <T>(database: AnyDatabase, work: () => Promise<T>): Promise<T> =>
  database.kind === 'postgres' ? database.exclusively(work) : retryWhileBusy(work);
