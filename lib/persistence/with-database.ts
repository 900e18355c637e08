import type { DataSource } from 'typeorm';
import { databaseFor, type AnyDatabase } from './open-database.js';
import { orClose } from './or-close.js';

/** Does something outside the module's own process, such as a deploy step: opens the database, works, closes it. */
export async function withDatabase<T>(
  host: DataSource,
  work: (database: AnyDatabase) => Promise<T>,
): Promise<T> {
  const database = databaseFor(host, 2);
  await orClose(database, database.open());
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
