// The databases that the contestants work on: empty, durable, with production defaults.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startPostgres } from '../scripts/postgres.mjs';

/** Functions that start an empty database, by the names that `--only` accepts. */
export const DATABASES = { postgres: startPostgresDatabase, sqlite: startSqliteDatabase };

async function startPostgresDatabase() {
  const { version, url, stop } = await startPostgres();
  return { name: `PostgreSQL ${version}`, url, stop };
}

async function startSqliteDatabase() {
  const folder = mkdtempSync(path.join(tmpdir(), 'tillhook-bench-'));
  const stop = async () => rmSync(folder, { recursive: true, force: true });
  return { name: 'SQLite (WAL)', url: `sqlite:${path.join(folder, 'bench.sqlite')}`, stop };
}

/** TypeORM's connection options for the URL of a database that was started here. */
export function dataSourceOptions(url) {
  if (!url.startsWith('sqlite:')) return { type: 'postgres', url };
  return { type: 'better-sqlite3', database: url.slice('sqlite:'.length), enableWAL: true };
}
