import { PermissionDeniedError } from '../errors/permission-denied.error.js';
import type { Database } from './database.js';
import { isPermissionDenied } from './driver-errors.js';

/**
 * Waits for a step of the start; should it fail, closes the database: a start that fails leaves no connection behind.
 *
 * @throws {PermissionDeniedError} when the role lacks a privilege that the step needs
 */
export async function orClose<T>(database: Pick<Database, 'close'>, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    // A step beside this one may have failed and closed it already.
    await database.close().catch(() => undefined);
    throw isPermissionDenied(error) ? new PermissionDeniedError(error, 'start') : error;
  }
}
