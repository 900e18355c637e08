import { DatabaseBusyError } from '../../errors/database.errors.js';
import { classify } from './driver-errors.js';

/**
 * Whether the same write can succeed later unchanged: the database is unreachable, lacks a table, resolved a conflict by a
 * rollback, or, on SQLite, was locked by other connections for too long. Any other error may be the fault of a row of the
 * write. A lock or statement time-out on PostgreSQL is such an error, because a single row may be locked.
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
