import { classify } from '../errors/driver-errors.js';
import { isTablesMissing } from '../errors/missing-tables.js';
import type { AnyDatabase } from './open-database.js';
import { migrate } from '../migrations/schema.js';

const MAX_TRIES = 5;

/**
 * Runs a step of the start-up on tables that are up to date. A replica that starts at the same time with `dropSchema: true`
 * may drop the tables between the migration and the step, or collide with the migration. Then the migration and the step run
 * again. The step runs at most five times.
 *
 * @param step must be safe to repeat
 */
export async function withTables<T>(database: AnyDatabase, step: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      if (tries > 1) await migrate(database);
      return await step();
    } catch (error) {
      // A deadlock, or a lock that could not be acquired in time.
      const kind = classify(error);
      const isTransient = isTablesMissing(error) || kind === 'conflict' || kind === 'busy';
      if (!isTransient || tries === MAX_TRIES) throw error;
    }
  }
}
