import type { PoolClient } from 'pg';
import type { DataSourceOptions } from 'typeorm';
import { InvalidOptionError, UnsupportedDatabaseError } from '../../errors/start-up.errors.js';
import { letsProcessEnd } from '../../timing/process-hold.js';
import { EventEntity } from '../entities/event.entity.js';
import { HttpTransportEntity } from '../entities/http-transport.entity.js';
import { WebhookEntity } from '../entities/webhook.entity.js';
import type { HostDataSource } from './host-data-source.js';
import { endAfterTimeout } from '../postgres/end-after-timeout.js';
import { migrations } from '../migrations/migrations.js';
import { prepareClient } from '../postgres/prepare-client.js';
import { CONNECT_TIMEOUT_MS, QUERY_TIMEOUT_MS } from '../postgres/time-limits.js';
import { isSqliteAddress } from './sqlite-address.js';

/** Parts of an address that a URL replaces. TLS and other settings of the host are kept. */
const NO_ADDRESS = {
  host: undefined,
  port: undefined,
  username: undefined,
  password: undefined,
  database: undefined,
};

/** Table that lists the migrations that were run. */
export const MIGRATIONS_TABLE = 'webhook_migration';

/**
 * The options of the module's own data source. The host's options decide where to connect; the module decides everything
 * else (entities, migrations, pool). The host's naming strategy, `synchronize` and subscribers therefore never affect the
 * module's tables.
 *
 * @param url the direct address of the host's PostgreSQL database; undefined: the host's own address
 * @throws {UnsupportedDatabaseError} for a database without a dialect in the module, and for SQLite in memory
 * @throws {InvalidOptionError} if `url` is set although the host uses SQLite, or names a SQLite file although the host uses
 *   PostgreSQL
 */
export function ownDataSourceOptions(
  host: HostDataSource,
  poolSize: number,
  url?: string,
): DataSourceOptions {
  const own = {
    name: 'nestjs-tillhook',
    entities: [HttpTransportEntity, WebhookEntity, EventEntity],
    migrations,
    migrationsTableName: MIGRATIONS_TABLE,
    migrationsTransactionMode: 'each' as const,
    subscribers: [],
    namingStrategy: undefined,
    entityPrefix: undefined,
    synchronize: false,
    migrationsRun: false,
    dropSchema: false,
    cache: false,
    logging: false as const,
    isolationLevel: undefined,
  };
  const options = host.options;
  switch (options.type) {
    case 'postgres':
      if (url !== undefined && isSqliteAddress(url)) {
        throw new InvalidOptionError(
          'database.url',
          url,
          "your data source is a PostgreSQL database, and this is a SQLite file. Give the direct address of the data source's database, or leave it out.",
        );
      }
      return {
        ...options,
        ...own,
        replication: undefined,
        ...(options.replication ? options.replication.master : {}),
        ...(url === undefined ? {} : { ...NO_ADDRESS, url }),
        poolSize,
        extra: {
          ...(options.extra as object | undefined),
          max: poolSize,
          connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
          query_timeout: QUERY_TIMEOUT_MS,
          keepAlive: true,
          allowExitOnIdle: letsProcessEnd(),
          application_name: 'nestjs-tillhook',
          onConnect: (client: PoolClient) => {
            endAfterTimeout(client);
            return prepareClient(client);
          },
        },
      };
    case 'better-sqlite3':
      if (url !== undefined) {
        throw new InvalidOptionError(
          'database.url',
          '********',
          'your data source is a SQLite file, which the module opens directly: there is no pooler to bypass. Leave it out.',
        );
      }
      if (
        options.database === ':memory:' ||
        options.database === '' ||
        options.database.includes('mode=memory')
      ) {
        throw new UnsupportedDatabaseError(
          `SQLite database "${options.database}" exists only in the memory of one connection. The module opens its own connection, which would see another, empty database. Use a file.`,
        );
      }
      // The busy time-out is 0: a synchronous wait would block the event loop that has to finish the host's transaction.
      return { ...options, ...own, timeout: 0, enableWAL: true, statementCacheSize: 200 };
    default:
      throw new UnsupportedDatabaseError(
        `The data source is of type "${options.type}". Supported are "postgres" and "better-sqlite3".`,
      );
  }
}
