import { driverCodeOf } from './driver-code.js';

/** The codes by which the drivers of the supported databases name a violated constraint. */
const UNIQUE_CODES: ReadonlySet<unknown> = new Set([
  '23505',
  'SQLITE_CONSTRAINT_UNIQUE',
  'SQLITE_CONSTRAINT_PRIMARYKEY',
]);
const FOREIGN_KEY_CODES: ReadonlySet<unknown> = new Set(['23503', 'SQLITE_CONSTRAINT_FOREIGNKEY']);

/** Whether a write failed because a row with the same unique key exists. */
export const isUniqueViolation = (error: unknown): boolean => UNIQUE_CODES.has(driverCodeOf(error));

/** Whether a write failed because the row it refers to does not exist (any more). */
export const isForeignKeyViolation = (error: unknown): boolean => FOREIGN_KEY_CODES.has(driverCodeOf(error));
