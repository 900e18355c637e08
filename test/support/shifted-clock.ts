import { DataSource } from 'typeorm';
import type { TestDatabase } from './test-database.js';

const CLOCKS = ['clock_timestamp', 'statement_timestamp', 'now'] as const;

/** From the next connection on, the functions that tell the time in this PostgreSQL database are off by `offsetMs`. */
export async function shiftClock(
  { options, url }: TestDatabase,
  offsetMs: number,
  functions: readonly (typeof CLOCKS)[number][] = CLOCKS,
): Promise<void> {
  const dataSource = await new DataSource(options).initialize();
  await dataSource.query('CREATE SCHEMA shifted');
  for (const name of functions) {
    await dataSource.query(
      `CREATE FUNCTION shifted.${name}() RETURNS timestamptz LANGUAGE sql
         RETURN pg_catalog.${name}() + make_interval(secs => ${offsetMs / 1_000})`,
    );
  }
  const name = new URL(url).pathname.slice(1);
  await dataSource.query(`ALTER DATABASE ${name} SET search_path = public, shifted, pg_catalog`);
  await dataSource.destroy();
}
