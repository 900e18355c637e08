import { QueryFailedError } from 'typeorm';
import { DatabaseUnusableError } from './database-unusable.error.js';

/** True when a statement failed only because another connection holds a lock on the SQLite file. */
export const isSqliteBusy = (error: unknown): boolean => codeOf(error).startsWith('SQLITE_BUSY');

/** True when an insert met a unique index, on either database. */
export const isUniqueViolation = (error: unknown): boolean =>
  ['23505', 'SQLITE_CONSTRAINT_UNIQUE'].includes(codeOf(error));

/** True when the database may be there in a moment: nobody listens yet, or it is starting up. */
export const isDatabaseAway = (error: unknown): boolean =>
  ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', '57P03'].includes(codeOf(error));

function codeOf(error: unknown): string {
  const cause = causeOf(error);
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
}

function causeOf(error: unknown): unknown {
  if (error instanceof DatabaseUnusableError) return causeOf(error.cause);
  return error instanceof QueryFailedError ? (error.driverError as unknown) : error;
}
