import type { DataSource } from 'typeorm';
import type { GivenAddress } from '../connection/database-address.js';
import { executorOf, migrate, pendingMigrations } from './schema.js';
import { withDatabase } from '../connection/with-database.js';

// Separate from schema.ts: the types that a host's compiler reads here must not import a driver that the host has not installed.

/**
 * Brings the module's tables up to date in the database of `host`, for a deploy step that runs before the application
 * starts. Several processes may call it at once: one runs the migrations, the others wait. Idempotent.
 *
 * @param host the data source, or in an application without TypeORM the address: `{ url: 'postgres://…', schema: 'shop' }`
 * @returns the names of the migrations that this call ran
 */
export async function runWebhookMigrations(host: DataSource | GivenAddress): Promise<string[]> {
  return withDatabase(host, migrate);
}

/**
 * The names of the migrations that `runWebhookMigrations` would run, oldest first. It changes nothing.
 *
 * @param host as for `runWebhookMigrations`
 */
export async function pendingWebhookMigrations(host: DataSource | GivenAddress): Promise<string[]> {
  return withDatabase(host, pendingMigrations);
}

/**
 * Reverts the module's newest migration. Tables that it created are dropped with their contents.
 *
 * @param host as for `runWebhookMigrations`
 * @returns the name of the migration that was reverted; undefined if there was none
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
