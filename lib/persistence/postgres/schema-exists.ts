import type { DataSource } from 'typeorm';
import { InvalidOptionError } from '../../errors/start-up.errors.js';

const FIND_SCHEMA = 'SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname = $1';

/** @throws {InvalidOptionError} naming `database.schema`, if the database has no such schema */
export async function assertSchemaExists(dataSource: DataSource, schema: string): Promise<void> {
  const found = await dataSource.query<unknown[]>(FIND_SCHEMA, [schema]);
  if (found.length > 0) return;
  throw new InvalidOptionError(
    'database.schema',
    schema,
    `the database has no schema of that name. Create it with CREATE SCHEMA ${dataSource.driver.escape(schema)}, or correct the name.`,
  );
}
