import { PermissionDeniedError } from '../../errors/database.errors.js';
import type { Database } from '../ports/database.js';
import { isPermissionDenied } from '../errors/driver-errors.js';

/** The error of the step that failed first, by the database that it closed. */
const failures = new WeakMap<object, unknown>();

/**
 * Waits for a step of the start-up and closes the database if it fails, so that a failed start leaves no connection open. Steps
 * run side by side. Others then fail because the database is closed, so they throw the error of the first one, which names the
 * cause.
 *
 * @throws {PermissionDeniedError} if the role lacks a privilege that the step needs
 */
export async function closeOnFailure<T>(database: Pick<Database, 'close'>, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    if (!failures.has(database))
      failures.set(database, isPermissionDenied(error) ? new PermissionDeniedError(error, 'start') : error);
    // Another step may have closed it already.
    await database.close().catch(() => undefined);
    throw failures.get(database);
  }
}
