import { classify } from './driver-errors.js';

const MAX_TRIES = 5;

/**
 * Runs a transaction again that the database rolled back to resolve a deadlock. For transactions that lock rows which
 * recording locks too, in an order that cannot be agreed on; the database detects a deadlock within a second.
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
