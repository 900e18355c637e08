/** Kinds of database errors that callers treat differently. */
export type DriverErrorKind =
  /** The database cannot be reached, is shutting down, or is out of resources. Whether it did anything is unknown. */
  | 'unavailable'
  /** Other connections held a lock for too long, or the statement timed out. Nothing was written. */
  | 'busy'
  /** The database rolled the transaction back to resolve a deadlock or a serialization conflict: run it again. */
  | 'conflict'
  /** A row with the same unique key exists. */
  | 'unique'
  /** The referenced row does not exist (any more). */
  | 'foreign-key'
  /** A table is missing. If it is one of the module's, the schema was dropped, or is being restored. */
  | 'missing-table'
  /** The role of the connection lacks a privilege. */
  | 'permission-denied'
  /** Any other error: the statement itself is at fault, or the error is not a database error. */
  | 'refused';

/** Codes in order of precedence: SQLSTATEs of PostgreSQL, and codes of SQLite, sockets and the module's own errors. */
const CODES: readonly (readonly [RegExp, DriverErrorKind])[] = [
  [/^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)/, 'unavailable'],
  // Classes 08 (connection), 53 (resources) and 57P (shutdown); time-outs with which the server ends a whole session.
  [/^(08...|53...|57P..|25P0[34])$/, 'unavailable'],
  [/^SQLITE_(FULL|IOERR|CANTOPEN)/, 'unavailable'],
  [/^DATABASE_UNAVAILABLE$/, 'unavailable'],
  // lock_timeout and NOWAIT; statement_timeout and cancellation.
  [/^(55P03|57014|SQLITE_BUSY.*|DATABASE_BUSY)$/, 'busy'],
  [/^(40001|40P01)$/, 'conflict'],
  [/^(23505|SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY))$/, 'unique'],
  [/^(23503|SQLITE_CONSTRAINT_FOREIGNKEY)$/, 'foreign-key'],
  [/^42P01$/, 'missing-table'],
  [/^42501$/, 'permission-denied'],
];

/** Messages of `pg` without a code: lost connections, and the driver's own time-outs. */
const UNAVAILABLE_MESSAGES =
  /connection terminated|connection timeout|timeout exceeded when trying to connect|query read timeout|not queryable/i;

/**
 * Classifies an error of a driver, including one that a library has wrapped. It checks the shape and not the class: a
 * driver may be loaded in another realm (in jest, for example), whose errors are not instances of this realm's `Error`.
 */
export function classify(error: unknown): DriverErrorKind {
  if (typeof error !== 'object' || error === null) return 'refused';
  const { code, driverError, original, cause, message } = error as Record<
    'code' | 'driverError' | 'original' | 'cause' | 'message',
    unknown
  >;
  // TypeORM and Sequelize wrap the driver's error.
  if ((driverError ?? original) !== undefined) return classify(driverError ?? original);
  if (typeof code !== 'string') {
    if (typeof message === 'string' && UNAVAILABLE_MESSAGES.test(message)) return 'unavailable';
    // Drizzle wraps the driver's error.
    return classify(cause);
  }
  if (code === 'SQLITE_ERROR' && /no such table: \S+$/.test(String(message))) return 'missing-table';
  return CODES.find(([codes]) => codes.test(code))?.[1] ?? 'refused';
}

export const isBusy = (error: unknown): boolean => classify(error) === 'busy';
export const isUniqueViolation = (error: unknown): boolean => classify(error) === 'unique';
export const isPermissionDenied = (error: unknown): boolean => classify(error) === 'permission-denied';
export const isForeignKeyViolation = (error: unknown): boolean => classify(error) === 'foreign-key';
