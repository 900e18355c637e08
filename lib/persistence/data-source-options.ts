import type { PoolClient } from 'pg';
import type { DataSource, DataSourceOptions } from 'typeorm';
import { UnsupportedDatabaseError } from '../errors/unsupported-database.error.js';
import { AttemptEntity } from './entities/attempt.entity.js';
import { DeliveryEntity } from './entities/delivery.entity.js';
import { EventEntity } from './entities/event.entity.js';
import { HttpTransportEntity } from './entities/http-transport.entity.js';
import { WebhookEntity } from './entities/webhook.entity.js';
import { endAfterTimeout } from './postgres/end-after-timeout.js';
import { migrations } from './migrations/migrations.js';
import { prepareClient } from './postgres/prepare-client.js';

/** A query that gets no answer for this long fails, so that a half-open connection holds nothing up for ever. */
const QUERY_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 5_000;

/** Where it is kept which migrations were run. */
export const MIGRATIONS_TABLE = 'webhook_migration';

/**
 * The options of the module's own data source: where to connect is the host's, everything else is the module's
 * (entities, migrations, pool), so that the host's naming strategy, `synchronize` or subscribers never meet our tables.
 *
 * @throws {UnsupportedDatabaseError} for a database the module has no dialect for, and for SQLite in memory
 */
export function ownDataSourceOptions(host: DataSource, poolSize: number): DataSourceOptions {
  const own = {
    name: 'nestjs-tillhook',
    entities: [HttpTransportEntity, WebhookEntity, EventEntity, DeliveryEntity, AttemptEntity],
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
      return {
        ...options,
        ...own,
        replication: undefined,
        ...(options.replication ? options.replication.master : {}),
        poolSize,
        extra: {
          ...(options.extra as object | undefined),
          max: poolSize,
          connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
          query_timeout: QUERY_TIMEOUT_MS,
          keepAlive: true,
          application_name: 'nestjs-tillhook',
          onConnect: (client: PoolClient) => {
            endAfterTimeout(client);
            return prepareClient(client);
          },
        },
      };
    case 'better-sqlite3':
      if (
        options.database === ':memory:' ||
        options.database === '' ||
        options.database.includes('mode=memory')
      ) {
        throw new UnsupportedDatabaseError(
          `SQLite database "${options.database}" lives in the memory of one connection, and the module opens a connection of its own: it would see another, empty database. Use a file.`,
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
