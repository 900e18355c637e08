import type { DatabaseKind } from '../ports/database.js';
import { PostgresDatabase } from '../postgres/postgres-database.js';
import { databaseKindOf } from '../sql/dialect.js';
import { SqliteDatabase } from '../sqlite/sqlite-database.js';
import type { HostDataSource } from './host-data-source.js';

export type AnyDatabase = PostgresDatabase | SqliteDatabase;

type Create = (host: HostDataSource, poolSize: number, url?: string) => AnyDatabase;

const DATABASES: Readonly<Record<DatabaseKind, Create>> = {
  postgres: (host, poolSize, url) => new PostgresDatabase(host, poolSize, url),
  sqlite: (host, _poolSize, url) => new SqliteDatabase(host, url),
};

/**
 * The module's own connection to the database of the host's data source, or of the address that the host gave instead. Call
 * `open()` before use.
 *
 * @param url the direct address of the same database, for a host behind a transaction pooler (PostgreSQL)
 * @throws {UnsupportedDatabaseError} for a database without a dialect in the module, and for SQLite in memory
 * @throws {InvalidOptionError} if `url` is set although the host uses SQLite, or names a SQLite file although the host uses
 *   PostgreSQL
 */
export const databaseFor = (host: HostDataSource, poolSize: number, url?: string): AnyDatabase =>
  DATABASES[databaseKindOf(host.options.type)](host, poolSize, url);
