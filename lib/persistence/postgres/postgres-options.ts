import type { PoolClient } from 'pg';
import type { DataSourceOptions } from 'typeorm';
import { InvalidOptionError } from '../../errors/start-up.errors.js';
import { mayProcessEnd } from '../../timing/process-hold.js';
import { OWN_OPTIONS } from '../connection/data-source-options.js';
import { isSqliteAddress } from '../connection/sqlite-address.js';
import { endAfterTimeout } from './end-after-timeout.js';
import { prepareClient } from './prepare-client.js';
import { CONNECT_TIMEOUT_MS, QUERY_TIMEOUT_MS } from './time-limits.js';

export type PostgresOptions = Extract<DataSourceOptions, { type: 'postgres' }>;

/** Parts of an address that a URL replaces. TLS and other settings of the host are kept. */
const NO_ADDRESS = {
  host: undefined,
  port: undefined,
  username: undefined,
  password: undefined,
  database: undefined,
};

/**
 * The options of the module's own data source.
 *
 * @param host the options of the host's data source
 * @param url the direct address of the host's database; undefined: the host's own address
 * @throws {InvalidOptionError} if `url` names a SQLite file
 */
export function postgresOptions(host: PostgresOptions, poolSize: number, url?: string): PostgresOptions {
  if (url !== undefined && isSqliteAddress(url)) {
    throw new InvalidOptionError(
      'database.url',
      url,
      "your data source is a PostgreSQL database, and this is a SQLite file. Give the direct address of the data source's database, or leave the option out.",
    );
  }
  return {
    ...host,
    ...OWN_OPTIONS,
    replication: undefined,
    ...(host.replication ? host.replication.master : {}),
    ...(url === undefined ? {} : { ...NO_ADDRESS, url }),
    poolSize,
    extra: {
      ...(host.extra as object | undefined),
      max: poolSize,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
      allowExitOnIdle: mayProcessEnd(),
      application_name: 'nestjs-tillhook',
      onConnect: (client: PoolClient) => {
        endAfterTimeout(client);
        return prepareClient(client);
      },
    },
  };
}
