import { DataSource } from 'typeorm';
import type { DatabaseTarget } from '../config/database-target.js';
import { entities } from './entities.js';
import { CreatePosTables1735689600000 } from './migrations/create-pos-tables.migration.js';

/** While starting, waiting for another process's migration may block; nothing else happens yet. */
const START_BUSY_TIMEOUT_MS = 5_000;

/** A data source of the app: how to connect, and what is in it. It is not connected yet. */
export function createPosDataSource(target: DatabaseTarget): DataSource {
  const common = {
    entities,
    migrations: [CreatePosTables1735689600000],
    migrationsTableName: 'pos_migration',
    migrationsTransactionMode: 'all' as const,
  };
  if (target.kind === 'postgres') return new DataSource({ ...common, type: 'postgres', url: target.url });
  return new DataSource({
    ...common,
    type: 'better-sqlite3',
    database: target.file,
    enableWAL: true,
    timeout: START_BUSY_TIMEOUT_MS,
  });
}
