import type { DataSource } from 'typeorm';
import { connectDatabase } from './connect-database.js';
import type { GivenAddress } from './database-address.js';
import { dataSourceIn } from './host-data-source.js';
import type { AnyDatabase } from './open-database.js';

/**
 * Runs a task that needs the database but not the running application, such as a deploy step: opens the database, runs the
 * task, closes the database.
 *
 * @param given the host's data source, or the address of its database
 * @throws {InvalidOptionError} for a malformed address
 * @throws {DatabaseUnavailableError} if the database of an address cannot be opened
 */
export async function withDatabase<T>(
  given: DataSource | GivenAddress,
  work: (database: AnyDatabase) => Promise<T>,
): Promise<T> {
  const database = await connectDatabase(dataSourceIn(given), 2);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
