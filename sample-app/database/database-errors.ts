import { QueryFailedError } from 'typeorm';

/** True when a statement failed only because another connection holds a lock on the SQLite file. */
export const isSqliteBusy = (error: unknown): boolean => codeOf(error).startsWith('SQLITE_BUSY');

/** True when an insert met a unique index, on either database. */
export const isUniqueViolation = (error: unknown): boolean =>
  ['23505', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY'].includes(codeOf(error));

/** True when the database may be there in a moment: nobody listens yet, or it is starting up. */
export const isDatabaseAway = (error: unknown): boolean =>
  ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', '57P03'].includes(codeOf(error));

/** True when another process was quicker to create or to fill the same SQLite schema. */
export const isLostRace = (error: unknown): boolean =>
  isSqliteBusy(error) || isUniqueViolation(error) || /already exists$/.test(messageOf(error));

function codeOf(error: unknown): string {
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : '');
