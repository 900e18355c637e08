import { DataSource } from 'typeorm';
import type { TestDatabase } from './test-database.js';

/** Everything that DDL makes, one line of text each. Constraints include keys; definitions include defaults and conditions. */
const POSTGRES = `
  SELECT concat_ws(' ', 'column', table_name, ordinal_position, column_name, data_type, character_maximum_length, is_nullable,
    column_default, identity_generation, collation_name) AS line FROM information_schema.columns WHERE table_schema = $1
  UNION ALL SELECT concat_ws(' ', 'table', relname, array_to_string(reloptions, ',')) FROM pg_class
    WHERE relnamespace = quote_ident($1)::regnamespace AND relkind = 'r'
  UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = $1
  UNION ALL SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
    WHERE connamespace = quote_ident($1)::regnamespace
  UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = quote_ident($1)::regnamespace
  UNION ALL SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
    WHERE relnamespace = quote_ident($1)::regnamespace AND NOT tgisinternal
  UNION ALL SELECT concat_ws(' ', 'sequence', sequencename, data_type, min_value, max_value, increment_by, cycle, cache_size)
    FROM pg_sequences WHERE schemaname = $1
  UNION ALL SELECT concat_ws(' ', 'enum', typname) FROM pg_type WHERE typnamespace = quote_ident($1)::regnamespace AND typtype = 'e'
  ORDER BY line`;

const SQLITE = `SELECT concat_ws(' ', type, name, tbl_name, sql) AS line FROM sqlite_master ORDER BY line`;

/** The definitions of all tables, columns, indexes, constraints, triggers, functions and sequences of a database, sorted. */
export async function catalogOf(database: TestDatabase, schema = 'public'): Promise<string[]> {
  const dataSource = await new DataSource(database.options).initialize();
  try {
    const rows = await (database.kind === 'sqlite'
      ? dataSource.query<{ line: string }[]>(SQLITE)
      : dataSource.query<{ line: string }[]>(POSTGRES, [schema]));
    return rows.map(({ line }) => line);
  } finally {
    await dataSource.destroy();
  }
}
