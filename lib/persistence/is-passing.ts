import { DatabaseBusyError } from '../errors/database-busy.error.js';
import { classify } from './driver-errors.js';

/**
 * Whether the same write can succeed later as it is: the database is away, lacks a table, or was busy with others. For any
 * other error, a row of the write is at fault.
 */
export function isPassing(error: unknown): boolean {
  const kind = classify(error);
  return (
    kind === 'unavailable' ||
    kind === 'conflict' ||
    kind === 'missing-table' ||
    error instanceof DatabaseBusyError
  );
}
