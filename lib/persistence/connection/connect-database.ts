import { DatabaseUnavailableError } from '../../errors/database.errors.js';
import { WebhooksError } from '../../errors/webhooks-error.js';
import { databaseTarget } from './database-target.js';
import { AddressedDatabase, directUrlOf, type HostDataSource } from './host-data-source.js';
import { databaseFor, type AnyDatabase } from './open-database.js';
import { closeOnFailure } from './close-on-failure.js';

/**
 * Opens the module's own connections, and closes them again if one of the checks fails.
 *
 * @param poolSize maximum number of connections (PostgreSQL)
 * @param url the option `database.url`: beside a data source, the direct address of its database (see `directUrlOf`)
 * @throws {DatabaseUnavailableError} if the database of an address cannot be opened. The host opens its data source itself,
 *   so for a data source the driver's own error is passed on.
 * @throws {InvalidOptionError} if the direct address leads to another database than the data source, or if the schema of an
 *   address does not exist
 */
export async function connectDatabase(
  host: HostDataSource,
  poolSize: number,
  url?: string,
): Promise<AnyDatabase> {
  const database = databaseFor(host, poolSize, directUrlOf(host, url));
  await closeOnFailure(
    database,
    host instanceof AddressedDatabase ? openAt(host, database) : database.open(),
  );
  return database;
}

async function openAt(host: AddressedDatabase, database: AnyDatabase): Promise<void> {
  try {
    await database.open();
  } catch (error) {
    throw error instanceof WebhooksError ? error : new DatabaseUnavailableError(error, databaseTarget(host));
  }
}
