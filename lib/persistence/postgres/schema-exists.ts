import { InvalidOptionError } from '../../errors/start-up.errors.js';
import type { PostgresDatabase } from './postgres-database.js';

const FIND_SCHEMA = 'SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname = $1';

/** @throws {InvalidOptionError} naming `database.schema`, if the database has no such schema */
export async function assertSchemaExists(database: PostgresDatabase, schema: string): Promise<void> {
  const found = await database.query('tillhook_schema', FIND_SCHEMA, [schema]);
  if (found.length > 0) return;
  throw new InvalidOptionError(
    'database.schema',
    schema,
    `the database has no schema of that name. Create it with CREATE SCHEMA ${database.dataSource.driver.escape(schema)}, or correct the name.`,
  );
}
