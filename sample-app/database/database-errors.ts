import { QueryFailedError } from 'typeorm';

/** True when a statement failed only because another connection holds a lock on the SQLite file. */
export const isSqliteBusy = (error: unknown): boolean => codeOf(error).startsWith('SQLITE_BUSY');

/** Why the database could not do its work now. */
export type DatabaseOutage = 'busy' | 'unavailable';

/** SQLite locks; PostgreSQL's lock_timeout, statement_timeout, serialization failure and deadlock. */
const BUSY = /^(SQLITE_BUSY.*|DATABASE_BUSY|55P03|57014|40001|40P01)$/;
/** Socket errors; PostgreSQL's classes 08 (connection), 53 (resources) and 57P (shutdown); SQLite's I/O errors. */
const UNAVAILABLE =
  /^(ECONN.*|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|08...|53...|57P..|SQLITE_(FULL|IOERR|CANTOPEN).*|DATABASE_UNAVAILABLE)$/;
/** `pg` reports lost connections and its own time-outs without a code. */
const UNAVAILABLE_MESSAGE =
  /connection terminated|connection timeout|timeout exceeded when trying to connect|query read timeout|not queryable/i;

/**
 * Returns why a statement, a transaction or an emit failed if a retry can help: the database is locked or cannot be reached.
 * Returns undefined for every other error.
 */
export function outageOf(error: unknown): DatabaseOutage | undefined {
  const code = codeOf(error);
  if (BUSY.test(code)) return 'busy';
  if (UNAVAILABLE.test(code)) return 'unavailable';
  return code === '' && UNAVAILABLE_MESSAGE.test(messageOf(error)) ? 'unavailable' : undefined;
}

/** True when an insert violated a unique index, on either database. */
export const isUniqueViolation = (error: unknown): boolean =>
  ['23505', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY'].includes(codeOf(error));

/** True when the database may be available soon: nothing listens yet, or it is starting up. */
export const isDatabaseAway = (error: unknown): boolean =>
  ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', '57P03'].includes(codeOf(error));

/** True when another process has created or filled the same schema first, or holds its lock for longer than the time-out. */
export const isLostRace = (error: unknown): boolean =>
  outageOf(error) === 'busy' || isUniqueViolation(error) || /already exists$/.test(messageOf(error));

function codeOf(error: unknown): string {
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : '');
