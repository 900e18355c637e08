import type { DataSource } from 'typeorm';
import { PostgresDatabase } from './postgres/postgres-database.js';
import { SqliteDatabase } from './sqlite/sqlite-database.js';

export type AnyDatabase = PostgresDatabase | SqliteDatabase;

/**
 * The module's own connection to the database that the host's data source points to. Call `open()` before use.
 *
 * @throws {UnsupportedDatabaseError}
 */
export const databaseFor = (host: DataSource, poolSize: number): AnyDatabase =>
  host.options.type === 'better-sqlite3' ? new SqliteDatabase(host) : new PostgresDatabase(host, poolSize);
