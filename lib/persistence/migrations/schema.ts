import { MigrationExecutor } from 'typeorm';
import { MIGRATIONS_REMEDY, SchemaBehindError } from '../../errors/start-up.errors.js';
import { MIGRATIONS_TABLE } from '../connection/data-source-options.js';
import type { Database } from '../ports/database.js';
import { TABLES } from './create-webhook-tables.js';

/**
 * Runs pending migrations, while no other process migrates the database.
 *
 * @returns the names of the migrations that this call ran
 * @throws {SchemaBehindError} if the role may not read the list of migrations, or if some tables are missing although the
 *   migration that creates them was run
 */
export async function migrate(database: Database): Promise<string[]> {
  const ran = await database.migrations.exclusively(async () => {
    await database.measureClock();
    return migrateInTransaction(database);
  });
  await assertTablesExist(database);
  return ran;
}

/** @throws {SchemaBehindError} naming the missing migrations, tables or privileges, and the remedy */
export async function assertSchemaIsCurrent(database: Database): Promise<void> {
  const pending = await pendingMigrations(database);
  if (pending.length === 0) return assertTablesExist(database);
  throw new SchemaBehindError(
    `The webhook tables lack ${pending.length} migration(s): ${pending.join(', ')}. ${MIGRATIONS_REMEDY}`,
  );
}

async function migrateInTransaction(database: Database): Promise<string[]> {
  const { migrations } = database;
  await migrations.assertListIsReadable();
  return migrations.inTransaction(async (runner) => {
    // The host's tools may have dropped the tables but not the list of migrations. All migrations then have to run again.
    if (areAllMissing(database) && (await migrations.hasList(runner)))
      await runner.query(`DELETE FROM ${database.table(MIGRATIONS_TABLE)}`);
    const executor = new MigrationExecutor(database.dataSource, runner);
    executor.transaction = 'none';
    const ran = await executor.executePendingMigrations();
    return ran.map(({ name }) => name);
  });
}

const areAllMissing = ({ missingTables }: Database): boolean => missingTables.length === TABLES.length;

/** @throws {SchemaBehindError} naming the tables that are missing although the migration that creates them was run */
async function assertTablesExist(database: Database): Promise<void> {
  await database.measureClock();
  const { missingTables } = database;
  if (missingTables.length === 0) return;
  throw new SchemaBehindError(
    `Webhook tables missing although their migration was run: ${missingTables.join(', ')}. ` +
      (areAllMissing(database)
        ? MIGRATIONS_REMEDY
        : 'Restore them from a backup. If you do not need the data in the other webhook tables, drop those too and run the migrations again.'),
  );
}

/**
 * The names of the migrations that have not run yet, oldest first.
 *
 * @throws {SchemaBehindError} if the role may not read the list of migrations
 */
export const pendingMigrations = async (database: Database): Promise<string[]> =>
  (await (await executorOf(database)).getPendingMigrations()).map(({ name }) => name);

/**
 * TypeORM's executor of the module's migrations.
 *
 * @throws {SchemaBehindError} if the role may not read the list of migrations
 */
export async function executorOf(database: Database): Promise<MigrationExecutor> {
  await database.migrations.assertListIsReadable();
  return new MigrationExecutor(database.dataSource);
}
