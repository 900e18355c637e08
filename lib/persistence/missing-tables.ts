import { driverCodeOf } from './driver-code.js';

/** SQLSTATE "undefined table"; SQLite has no code of its own for it. */
const UNDEFINED_TABLE = '42P01';
const NO_SUCH_TABLE = /no such table/i;
/** Only the table's name is the same in every language in which PostgreSQL speaks. */
const OWN_TABLE = /\bwebhook_/;

/** Whether a statement failed because a table of the module does not exist. Errors about other tables do not count. */
export function isTablesMissing(error: unknown): boolean {
  const code = driverCodeOf(error);
  const { message } = (error ?? {}) as { message?: unknown };
  if (typeof message !== 'string' || !OWN_TABLE.test(message)) return false;
  return code === UNDEFINED_TABLE || (code === 'SQLITE_ERROR' && NO_SUCH_TABLE.test(message));
}
