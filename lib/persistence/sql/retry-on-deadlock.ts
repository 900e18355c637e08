import { classify } from '../errors/driver-errors.js';

const MAX_TRIES = 5;

/**
 * Runs a transaction again, up to four times, if the database rolled it back to resolve a deadlock or a serialization conflict.
 * Use it for transactions that lock the same rows as recording does but cannot lock them in the same order. PostgreSQL looks for
 * a deadlock after a wait of one second (its default `deadlock_timeout`).
 */
export async function retryOnDeadlock<T>(transaction: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (classify(error) !== 'conflict' || tries === MAX_TRIES) throw error;
    }
  }
}
