import { CreateWebhookInbox } from 'nestjs-tillhook/receiver';
import { DataSource } from 'typeorm';
import type { DatabaseTarget } from '../config/database-target.js';
import { entities } from './entities.js';
import { CreatePosTables1735689600000 } from './migrations/create-pos-tables.migration.js';

/** At the start, waiting for the migration of another process may block the event loop: nothing else runs yet. */
const START_BUSY_TIMEOUT_MS = 5_000;

/**
 * Time-outs in milliseconds, so that a request gets its 503 while its client still waits, if a lock is held, the server is overloaded
 * or it does not respond at all. `query_timeout` runs in the client: the server's own limit is lower and ends the statement there.
 */
const POSTGRES_TIMEOUTS = {
  connectionTimeoutMillis: 5_000,
  lock_timeout: 5_000,
  statement_timeout: 10_000,
  query_timeout: 12_000,
};

/** A data source of the app: how to connect, and what is in it. It is not connected yet. */
export function createPosDataSource(target: DatabaseTarget): DataSource {
  const common = {
    entities,
    migrations: [CreatePosTables1735689600000, CreateWebhookInbox],
    migrationsTableName: 'pos_migration',
    migrationsTransactionMode: 'all' as const,
  };
  if (target.kind === 'postgres') {
    return new DataSource({ ...common, type: 'postgres', url: target.url, extra: POSTGRES_TIMEOUTS });
  }
  return new DataSource({
    ...common,
    type: 'better-sqlite3',
    database: target.file,
    enableWAL: true,
    timeout: START_BUSY_TIMEOUT_MS,
  });
}
