import type { Database } from './database.js';

/** Waits for a step of the start; should it fail, closes the database: a start that fails leaves no connection behind. */
export async function orClose<T>(database: Pick<Database, 'close'>, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    // A step beside this one may have failed and closed it already.
    await database.close().catch(() => undefined);
    throw error;
  }
}
