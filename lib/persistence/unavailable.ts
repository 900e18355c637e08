import { DatabaseUnavailableError } from '../errors/database-unavailable.error.js';
import { classify } from './driver-errors.js';

/**
 * For `.catch()`: throws a `DatabaseUnavailableError` if the database is unavailable, and any other error unchanged.
 *
 * @throws always
 */
export function asUnavailable(error: unknown): never {
  throw isUnavailable(error) ? new DatabaseUnavailableError(error) : error;
}

export const isUnavailable = (error: unknown): boolean => classify(error) === 'unavailable';
