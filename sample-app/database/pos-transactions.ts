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
 * TypeORM's SQLite driver has a single connection. Two transactions cannot run on it at once, and whatever anyone
 * runs while one is open becomes part of it. So on SQLite everything takes its turn here, reads included.
 *
 * A transaction also takes SQLite's write lock before anything else. TypeORM begins transactions without it, and
 * one that reads first and then finds that another process wrote meanwhile can only fail. If the lock is taken
 * (by another process: the module's own writes never wait on this one's event loop), it tries again a little later
 * without blocking the event loop, which has this process's deliveries to send.
 */
@Injectable()
export class PosTransactions {
  readonly #turns = new SerialQueue();

  constructor(private readonly dataSource: DataSource) {}

  /** Runs `work` in a transaction: committed when it resolves, rolled back when it rejects. Emit with this manager. */
  run<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    if (!this.#isSqlite) return this.dataSource.transaction(work);
    // From now on, not from its turn: those that wait in the queue behind a lock must not add up their time limits.
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
        // Only taking the lock is tried again: the work itself may have had effects outside the database.
        if (hasLock || !isSqliteBusy(error) || Date.now() > giveUpAt) throw error;
      }
      await sleep(2 + Math.random() * 8);
    }
  }
}

/** An UPDATE that changes nothing starts SQLite's write transaction all the same. */
const takeWriteLock = (manager: EntityManager): Promise<unknown> =>
  manager.query('UPDATE "pos_setting" SET "value" = "value" WHERE 1 = 0');
