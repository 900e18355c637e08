import type { HostDataSource } from './host-data-source.js';
import { PostgresDatabase } from '../postgres/postgres-database.js';
import { SqliteDatabase } from '../sqlite/sqlite-database.js';

export type AnyDatabase = PostgresDatabase | SqliteDatabase;

/**
 * The module's own connection to the database of the host's data source, or of the address that the host gave instead. Call
 * `open()` before use.
 *
 * @param url the direct address of the same database, for a host behind a transaction pooler (PostgreSQL)
 * @throws {UnsupportedDatabaseError}
 * @throws {InvalidOptionError} if `url` is set although the host uses SQLite
 */
export const databaseFor = (host: HostDataSource, poolSize: number, url?: string): AnyDatabase =>
  host.options.type === 'better-sqlite3'
    ? new SqliteDatabase(host, url)
    : new PostgresDatabase(host, poolSize, url);
