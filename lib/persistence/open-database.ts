import type { HostDataSource } from './host-data-source.js';
import { PostgresDatabase } from './postgres/postgres-database.js';
import { SqliteDatabase } from './sqlite/sqlite-database.js';

export type AnyDatabase = PostgresDatabase | SqliteDatabase;

/**
 * The module's own connection to the database that the host's data source, or the address that it gave instead, points to. Call `open()` before use.
 *
 * @param url the direct address of the same database, for a host behind a transaction pooler (PostgreSQL)
 * @throws {UnsupportedDatabaseError}
 * @throws {InvalidOptionError} for a `url` although the host is on SQLite
 */
export const databaseFor = (host: HostDataSource, poolSize: number, url?: string): AnyDatabase =>
  host.options.type === 'better-sqlite3'
    ? new SqliteDatabase(host, url)
    : new PostgresDatabase(host, poolSize, url);
