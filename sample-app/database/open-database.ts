import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import type { DatabaseTarget } from '../config/database-target.js';
import { DatabaseUnusableError } from './database-unusable.error.js';
import { createPosDataSource } from './pos-data-source.js';
import { seed } from './seed.js';

/** Any number that other users of PostgreSQL's advisory locks in this database are unlikely to use. */
const ADVISORY_LOCK = 7_305_199_204;
/** How often a start is tried again on SQLite when another process changed the schema under it. */
const SQLITE_TRIES = 10;
/** From now on a synchronous wait for another process's lock would hold up deliveries; `PosTransactions` waits without. */
const RUNNING_BUSY_TIMEOUT_MS = 5;

/**
 * Connects to the database, brings the app's schema up to date and seeds it. Several processes may do so at once.
 *
 * @throws {DatabaseUnusableError} when it cannot be reached or used; nothing stays connected then
 */
export async function openDatabase(target: DatabaseTarget): Promise<DataSource> {
  try {
    return await (target.kind === 'postgres' ? connect(target, prepareUnderLock) : openSqlite(target));
  } catch (error) {
    throw new DatabaseUnusableError(target, error);
  }
}

async function openSqlite(target: DatabaseTarget): Promise<DataSource> {
  for (let triesLeft = SQLITE_TRIES; ; triesLeft--) {
    try {
      return await connect(target, prepareSqlite);
    } catch (error) {
      // SQLite has no lock for this: who comes second fails, and finds the work done when it looks again.
      if (triesLeft === 1) throw error;
      await sleep(20 + Math.random() * 100);
    }
  }
}

async function connect(
  target: DatabaseTarget,
  prepare: (dataSource: DataSource) => Promise<unknown>,
): Promise<DataSource> {
  const dataSource = await createPosDataSource(target).initialize();
  try {
    await prepare(dataSource);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

/** The lock is held by a transaction that does nothing else, so that it is gone whatever becomes of this process. */
const prepareUnderLock = (dataSource: DataSource): Promise<void> =>
  dataSource.transaction(async (lockHolder) => {
    await lockHolder.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCK]);
    await migrateAndSeed(dataSource);
  });

async function prepareSqlite(dataSource: DataSource): Promise<void> {
  await migrateAndSeed(dataSource);
  await dataSource.query(`PRAGMA busy_timeout = ${RUNNING_BUSY_TIMEOUT_MS}`);
}

async function migrateAndSeed(dataSource: DataSource): Promise<void> {
  await dataSource.runMigrations();
  await dataSource.transaction(seed);
}
