import type { DataSource } from 'typeorm';
import type { GivenAddress } from '../connection/database-address.js';
import { executorOf, migrate, pendingMigrations } from './schema.js';
import { withDatabase } from '../connection/with-database.js';

// The package exports functions of this file, so the host's compiler reads its types. They must not refer to the types of a
// driver, as `AnyDatabase` does: the host may not have installed that driver.

/**
 * Brings the module's tables up to date in the database of `host`, for a deploy step that runs before the application
 * starts. Several processes may call it at once: one runs the migrations, the others wait. If the tables are up to date, it
 * changes nothing.
 *
 * @param host the data source, or in an application without TypeORM the address: `{ url: 'postgres://…', schema: 'shop' }`
 * @returns the names of the migrations that this call ran
 * @throws {InvalidOptionError} for a malformed address
 * @throws {DatabaseUnavailableError} if the database of an address cannot be opened
 * @throws {SchemaBehindError} if the role may not read the list of migrations, or if some tables are missing although the
 *   migration that creates them was run
 */
export async function runWebhookMigrations(host: DataSource | GivenAddress): Promise<string[]> {
  return withDatabase(host, migrate);
}

/**
 * Returns the names of the migrations that `runWebhookMigrations` would run, oldest first, and runs none of them.
 *
 * @param host as for `runWebhookMigrations`
 */
export async function pendingWebhookMigrations(host: DataSource | GivenAddress): Promise<string[]> {
  return withDatabase(host, pendingMigrations);
}

/**
 * Reverts the newest of the module's migrations that were run. Tables that it created are dropped with their contents.
 *
 * @param host as for `runWebhookMigrations`
 * @returns the name of the migration that was reverted; undefined if no migration was run
 */
export async function revertWebhookMigration(host: DataSource | GivenAddress): Promise<string | undefined> {
  return withDatabase(host, (database) =>
    database.migrations.exclusively(async () => {
      const executor = await executorOf(database);
      const [newest] = (await executor.getExecutedMigrations()).sort((a, b) => b.timestamp - a.timestamp);
      if (newest) await database.dataSource.undoLastMigration();
      return newest?.name;
    }),
  );
}
