import type { DataSource } from 'typeorm';
import { SchemaBehindError } from '../../errors/start-up.errors.js';
import { MIGRATIONS_TABLE } from '../connection/data-source-options.js';

/** The catalog lists tables for every role, whatever its privileges on them. */
const LOOK = `
  SELECT n.nspname AS schema, current_user AS role,
    has_schema_privilege(n.oid, 'USAGE') AS "mayEnter", has_table_privilege(c.oid, 'SELECT') AS "mayRead"
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relname = $1 AND n.nspname = coalesce($2, current_schema(), 'public')`;

interface Look {
  schema: string;
  role: string;
  mayEnter: boolean;
  mayRead: boolean;
}

/**
 * Checks that the role can read the list of migrations on PostgreSQL. If the table does not exist yet, the check passes.
 *
 * @throws {SchemaBehindError} naming the role, the table and the missing grant
 */
export async function assertMigrationsAreReadable(dataSource: DataSource): Promise<void> {
  const { schema } = dataSource.options as { schema?: string };
  const [found] = await dataSource.query<Look[]>(LOOK, [MIGRATIONS_TABLE, schema ?? null]);
  if (!found || (found.mayEnter && found.mayRead)) return;
  const [place, role] = [found.schema, found.role].map((name) => dataSource.driver.escape(name));
  const table = `${place}.${dataSource.driver.escape(MIGRATIONS_TABLE)}`;
  const grants = [
    ...(found.mayEnter ? [] : [`GRANT USAGE ON SCHEMA ${place} TO ${role};`]),
    ...(found.mayRead ? [] : [`GRANT SELECT ON ${table} TO ${role};`]),
  ];
  throw new SchemaBehindError(
    `The role ${role} may not read ${table}, so it is unknown whether the webhook tables are up to date. ` +
      `As the owner of the tables, run: ${grants.join(' ')} The role also needs privileges on the other tables: see "Privileges" in docs/databases.md.`,
  );
}
