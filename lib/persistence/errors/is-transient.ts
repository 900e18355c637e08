import { DatabaseBusyError } from '../../errors/database.errors.js';
import { classify } from './driver-errors.js';

/**
 * Whether the same write can succeed later unchanged: the database is unreachable, lacks a table, or was busy with other
 * connections. For any other error, a row of the write is at fault.
 */
export function isTransient(error: unknown): boolean {
  const kind = classify(error);
  return (
    kind === 'unavailable' ||
    kind === 'conflict' ||
    kind === 'missing-table' ||
    error instanceof DatabaseBusyError
  );
}
