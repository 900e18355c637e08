import type { DataSource } from 'typeorm';
import { databaseFor, type AnyDatabase } from './open-database.js';

/** Does something outside the module's own process, such as a deploy step: opens the database, works, closes it. */
export async function withDatabase<T>(
  host: DataSource,
  work: (database: AnyDatabase) => Promise<T>,
): Promise<T> {
  const database = databaseFor(host, 2);
  await database.open();
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
