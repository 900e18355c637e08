import { driverCodeOf } from './driver-code.js';

const DEADLOCK = '40P01';
const MAX_TRIES = 5;

/**
 * Runs a transaction again that the database broke off to resolve a deadlock. For transactions that lock rows which
 * recording locks too, in an order that cannot be agreed on; the database notices within a second.
 */
export async function retryOnDeadlock<T>(transaction: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (driverCodeOf(error) !== DEADLOCK || tries === MAX_TRIES) throw error;
    }
  }
}
