import { DataSource } from 'typeorm';
import type { TestDatabase } from './test-database.js';

/**
 * Copies the rows of all of the module's tables into a database that has the tables and no rows, as an operator would:
 * on PostgreSQL with the statements of a data-only dump, on SQLite with ATTACH and INSERT … SELECT.
 */
export async function restoreRows(source: TestDatabase, target: TestDatabase): Promise<void> {
  if (source.kind === 'postgres') {
    const dump = await using(source, dataOnlyDump);
    await using(target, async (dataSource) => {
      // One connection for all statements, as in psql: the first one sets the search path for the others.
      const session = dataSource.createQueryRunner();
      for (const statement of dump) await session.query(statement);
      // The connection goes back to the pool, so the search path must be reset.
      await session.query('RESET ALL');
      await session.release();
    });
    return;
  }
  await using(target, async (dataSource) => {
    await dataSource.query(`ATTACH '${source.url.slice('sqlite:'.length)}' AS source`);
    for (const table of await tablesOf(dataSource, 'main.sqlite_master')) {
      await dataSource.query(`INSERT INTO main.${table} SELECT * FROM source.${table}`);
    }
    await dataSource.query('DETACH source');
  });
}

/** Empties all of the module's tables, the list of migrations included: the restored rows bring their own. */
export async function emptyTables(database: TestDatabase): Promise<void> {
  await using(database, async (dataSource) => {
    if (database.kind === 'postgres') {
      await dataSource.query(`TRUNCATE ${(await tablesOf(dataSource, 'pg_tables')).join(', ')}`);
      return;
    }
    for (const table of await tablesOf(dataSource, 'sqlite_master'))
      await dataSource.query(`DELETE FROM ${table}`);
  });
}

/** The statements that `pg_dump --data-only --inserts` writes: an empty search_path, the tables by name, then the sequences. */
async function dataOnlyDump(dataSource: DataSource): Promise<string[]> {
  const statements = [`SELECT pg_catalog.set_config('search_path', '', false)`];
  for (const table of await tablesOf(dataSource, 'pg_tables')) {
    const columns = await dataSource.query<{ name: string }[]>(
      `SELECT column_name AS name FROM information_schema.columns WHERE table_name = '${table}' ORDER BY ordinal_position`,
    );
    const names = columns.map(({ name }) => name);
    const values = names.map((name) => `quote_nullable(${name}::text)`).join(', ');
    const rows = await dataSource.query<{ row: string }[]>(
      `SELECT concat_ws(', ', ${values}) AS row FROM ${table}`,
    );
    for (const { row } of rows) {
      statements.push(
        `INSERT INTO public.${table} (${names.join(', ')}) OVERRIDING SYSTEM VALUE VALUES (${row})`,
      );
    }
  }
  const sequences = await dataSource.query<{ name: string }[]>(
    `SELECT sequencename AS name FROM pg_sequences WHERE sequencename LIKE 'webhook\\_%' ORDER BY 1`,
  );
  for (const { name } of sequences) {
    const [at] = await dataSource.query<{ last_value: string; is_called: boolean }[]>(
      `SELECT * FROM ${name}`,
    );
    statements.push(`SELECT pg_catalog.setval('public.${name}', ${at!.last_value}, ${at!.is_called})`);
  }
  return statements;
}

async function tablesOf(dataSource: DataSource, catalog: string): Promise<string[]> {
  const isTable = catalog === 'pg_tables' ? `schemaname = 'public'` : `type = 'table'`;
  const name = catalog === 'pg_tables' ? 'tablename' : 'name';
  const rows = await dataSource.query<{ name: string }[]>(
    `SELECT ${name} AS name FROM ${catalog} WHERE ${isTable} AND ${name} LIKE 'webhook%' ORDER BY 1`,
  );
  // pg_dump writes a table after those that it refers to: a transport refers to its tenant, and a webhook to its transport.
  const names = rows.map((row) => row.name);
  return [
    ...names.filter((one) => one === 'webhook_tenant'),
    ...names.filter((one) => one !== 'webhook_tenant'),
  ];
}

async function using<T>({ options }: TestDatabase, work: (dataSource: DataSource) => Promise<T>): Promise<T> {
  const dataSource = await new DataSource(options).initialize();
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
