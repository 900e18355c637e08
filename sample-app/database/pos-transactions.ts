import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { SerialQueue } from './serial-queue.js';
import { isSqliteBusy } from './database-errors.js';

/** How long a transaction waits for another process to release the SQLite file. The caller gets a 503 then. */
const GIVE_UP_AFTER_MS = 10_000;

/**
 * Runs the app's database work: in parallel on PostgreSQL, one after another on SQLite.
 *
 * TypeORM's SQLite driver has a single connection. Two transactions cannot run on it at once, and every statement that
 * runs while a transaction is open becomes part of it. So on SQLite all work, reads included, waits for its turn here.
 *
 * A transaction acquires SQLite's write lock before anything else. TypeORM begins transactions without it, and a
 * transaction that reads first fails if another process has written meanwhile. If another connection has the lock, the
 * transaction retries a little later. It does not block the event loop, which this process needs to send deliveries.
 */
@Injectable()
export class PosTransactions {
  readonly #turns = new SerialQueue();

  constructor(private readonly dataSource: DataSource) {}

  /** Runs `work` in a transaction: committed when it resolves, rolled back when it rejects. Emit with this manager. */
  run<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    if (!this.#isSqlite) return this.dataSource.transaction(work);
    // Measured from now, not from its turn, so that the time limits of queued transactions do not add up.
    const giveUpAt = Date.now() + GIVE_UP_AFTER_MS;
    return this.#turns.run(() => this.#runWithWriteLock(work, giveUpAt));
  }

  /** Runs `work` where it sees committed rows only. */
  read<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    if (!this.#isSqlite) return work(this.dataSource.manager);
    return this.#turns.run(() => work(this.dataSource.manager));
  }

  get #isSqlite(): boolean {
    return this.dataSource.options.type === 'better-sqlite3';
  }

  async #runWithWriteLock<T>(work: (manager: EntityManager) => Promise<T>, giveUpAt: number): Promise<T> {
    for (;;) {
      let hasLock = false;
      try {
        return await this.dataSource.transaction(async (manager) => {
          await takeWriteLock(manager);
          hasLock = true;
          return work(manager);
        });
      } catch (error) {
        // Only the acquisition of the lock is retried: the work itself may have had effects outside the database.
        if (hasLock || !isSqliteBusy(error) || Date.now() > giveUpAt) throw error;
      }
      await sleep(2 + Math.random() * 8);
    }
  }
}

/** An UPDATE that changes nothing starts SQLite's write transaction all the same. */
const takeWriteLock = (manager: EntityManager): Promise<unknown> =>
  manager.query('UPDATE "pos_setting" SET "value" = "value" WHERE 1 = 0');
