import { DataSource } from 'typeorm';
import type { TestDatabase } from './test-database.js';

/** From the next connection on, the functions that tell the time in this PostgreSQL database are off by so much. */
export async function shiftClock({ options, url }: TestDatabase, offsetMs: number): Promise<void> {
  const dataSource = await new DataSource(options).initialize();
  await dataSource.query('CREATE SCHEMA shifted');
  for (const name of ['clock_timestamp', 'statement_timestamp', 'now']) {
    await dataSource.query(
      `CREATE FUNCTION shifted.${name}() RETURNS timestamptz LANGUAGE sql
         RETURN pg_catalog.${name}() + make_interval(secs => ${offsetMs / 1_000})`,
    );
  }
  const name = new URL(url).pathname.slice(1);
  await dataSource.query(`ALTER DATABASE ${name} SET search_path = public, shifted, pg_catalog`);
  await dataSource.destroy();
}
