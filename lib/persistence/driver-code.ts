/** The code of a driver's error (SQLSTATE on PostgreSQL, `SQLITE_…`), also where TypeORM has wrapped the error. */
export function driverCodeOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, driverError } = error as { code?: unknown; driverError?: unknown };
  return driverError === undefined ? code : driverCodeOf(driverError);
}
