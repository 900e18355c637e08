import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { type DatabaseTarget, describeDatabase } from '../config/database-target.js';
import { isDatabaseAway, isLostRace } from './database-errors.js';
import { DatabaseUnusableError } from './database-unusable.error.js';
import { createPosDataSource } from './pos-data-source.js';
import { seed } from './seed.js';

/** Any number that other users of PostgreSQL's advisory locks in this database are unlikely to use. */
const ADVISORY_LOCK = 7_305_199_204;
/** How long a start waits for a database that is not there yet, or that other processes are preparing. */
const GIVE_UP_AFTER_MS = 10_000;
/** Busy time-out after the start: a longer synchronous wait would delay deliveries. `PosTransactions` waits asynchronously. */
const RUNNING_BUSY_TIMEOUT_MS = 5;

/**
 * Connects to the database, brings the app's schema up to date and seeds it. Several processes may do so at once.
 *
 * @throws {DatabaseUnusableError} when it cannot be reached or used; nothing stays connected then
 */
export async function openDatabase(target: DatabaseTarget): Promise<DataSource> {
  const giveUpAt = Date.now() + GIVE_UP_AFTER_MS;
  for (let hasWaited = false; ;) {
    try {
      return await connect(target);
    } catch (error) {
      const isAway = isDatabaseAway(error);
      if (!(isAway || isLostRace(error)) || Date.now() > giveUpAt)
        throw new DatabaseUnusableError(target, error);
      if (isAway && !hasWaited) new Logger('Database').warn(`Waiting for ${describeDatabase(target)}.`);
      hasWaited ||= isAway;
      await sleep(isAway ? 500 : 20 + Math.random() * 100);
    }
  }
}

async function connect(target: DatabaseTarget): Promise<DataSource> {
  const dataSource = await createPosDataSource(target).initialize();
  try {
    await (target.kind === 'postgres' ? preparePostgres(dataSource) : prepareSqlite(dataSource));
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

/** A separate transaction holds the lock, so that it ends even if this process is killed. */
const preparePostgres = (dataSource: DataSource): Promise<void> =>
  dataSource.transaction(async (lockHolder) => {
    await lockHolder.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCK]);
    await migrateAndSeed(dataSource);
  });

/** SQLite has no advisory locks. If several processes start at once, one succeeds; the others fail, retry, and find its work. */
async function prepareSqlite(dataSource: DataSource): Promise<void> {
  await migrateAndSeed(dataSource);
  await dataSource.query(`PRAGMA busy_timeout = ${RUNNING_BUSY_TIMEOUT_MS}`);
}

async function migrateAndSeed(dataSource: DataSource): Promise<void> {
  await dataSource.runMigrations();
  await dataSource.transaction(seed);
}
