import type { DataSourceOptions } from 'typeorm';
import { InvalidOptionError, UnsupportedDatabaseError } from '../../errors/start-up.errors.js';
import { OWN_OPTIONS } from '../connection/data-source-options.js';

export type SqliteOptions = Extract<DataSourceOptions, { type: 'better-sqlite3' }>;

/**
 * The options of the module's own data source.
 *
 * @param host the options of the host's data source
 * @throws {InvalidOptionError} if `url` is set
 * @throws {UnsupportedDatabaseError} for a database in memory, and for a temporary one (without a name)
 */
export function sqliteOptions(host: SqliteOptions, url?: string): SqliteOptions {
  if (url !== undefined) {
    throw new InvalidOptionError(
      'database.url',
      '********',
      'your data source is a SQLite file, which the module opens directly: there is no pooler to bypass. Leave the option out.',
    );
  }
  if (host.database === ':memory:' || host.database === '' || host.database.includes('mode=memory')) {
    throw new UnsupportedDatabaseError(
      `SQLite database "${host.database}" exists only for one connection. The module opens its own connection, which would see another, empty database. Use a file.`,
    );
  }
  // The busy time-out is 0: a synchronous wait would block the event loop that has to finish the host's transaction.
  return { ...host, ...OWN_OPTIONS, timeout: 0, enableWAL: true, statementCacheSize: 200 };
}
