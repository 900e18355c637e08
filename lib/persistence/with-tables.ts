import { driverCodeOf } from './driver-code.js';
import { isTablesMissing } from './missing-tables.js';
import type { AnyDatabase } from './open-database.js';
import { migrate } from './schema.js';

/** SQLSTATE of a deadlock, and of a lock that was not to be had in time. */
const COLLIDED: ReadonlySet<unknown> = new Set(['40P01', '55P03']);
const MAX_TRIES = 5;

/**
 * Runs a step of the start on tables that are up to date. A replica that starts at the same time with `dropSchema: true` may drop
 * the tables between the migration and the step, or collide with the migration: then both run again, at most five times.
 *
 * @param step must be safe to repeat
 */
export async function withTables<T>(database: AnyDatabase, step: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      if (tries > 1) await migrate(database);
      return await step();
    } catch (error) {
      const isPassing = isTablesMissing(error) || COLLIDED.has(driverCodeOf(error));
      if (!isPassing || tries === MAX_TRIES) throw error;
    }
  }
}
