import { driverCodeOf } from './driver-code.js';
import { DatabaseBusyError } from '../errors/database-busy.error.js';

/** SQLite's lock was taken; SQLSTATE of a lock and of a statement that took longer than the host's connection settings allow. */
const CODES = /^(SQLITE_BUSY|55P03$|57014$)/;

/** Whether it says that others kept the database busy for too long. What was asked for was not done. */
export function isBusy(error: unknown): boolean {
  const code = driverCodeOf(error);
  return error instanceof DatabaseBusyError || (typeof code === 'string' && CODES.test(code));
}
