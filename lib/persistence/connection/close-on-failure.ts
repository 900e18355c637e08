import { PermissionDeniedError } from '../../errors/database.errors.js';
import type { Database } from '../ports/database.js';
import { isPermissionDenied } from '../errors/driver-errors.js';

/**
 * Waits for a step of the start-up and closes the database if it fails, so that a failed start leaves no connection open.
 *
 * @throws {PermissionDeniedError} if the role lacks a privilege that the step needs
 */
export async function closeOnFailure<T>(database: Pick<Database, 'close'>, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    // A concurrent step may have failed and closed it already.
    await database.close().catch(() => undefined);
    throw isPermissionDenied(error) ? new PermissionDeniedError(error, 'start') : error;
  }
}
