import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseBusyError } from '../../errors/database.errors.js';
import { isBusy } from '../errors/driver-errors.js';

/** Total time that a write waits for the write lock. */
const BUSY_LIMIT_MS = 30_000;
/** The first pause between two tries. It is doubled up to a limit, with jitter so that waiting processes do not retry in lockstep. */
const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 16;

/**
 * Runs `work` again while SQLite reports that another connection holds the lock.
 *
 * @throws {DatabaseBusyError} if that lasts longer than `BUSY_LIMIT_MS`
 */
export async function retryWhileBusy<T>(work: () => T | Promise<T>): Promise<T> {
  const startedAt = performance.now();
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error)) throw error;
      const waitedMs = Math.round(performance.now() - startedAt);
      if (waitedMs > BUSY_LIMIT_MS) {
        throw new DatabaseBusyError(
          `SQLite's write lock was held by another connection for ${waitedMs} ms. ` +
            'Keep your transactions short. Inside a transaction, pass its manager to emit, and call other methods of the module after it has ended.',
          { cause: error },
        );
      }
      await sleep(pauseMs * (0.5 + Math.random()));
    }
  }
}
