/** Native modules that contain SQLite: better-sqlite3, sqlite3, libSQL, engines of older Prisma releases. */
const BRINGS_SQLITE = /(sql|query_engine)[^\n]*\.node$/i;

/** A setting of Node 20.13 and later. */
interface NetworkSwitch {
  excludeNetwork?: boolean;
}

/**
 * The absolute paths of the native modules with SQLite that this process has loaded. For error messages only: it takes some
 * milliseconds, and does not list a SQLite that is part of the runtime or of a bundle.
 */
export function loadedSqliteFiles(): string[] {
  const report = process.report as (typeof process.report & NetworkSwitch) | undefined;
  if (!report) return [];
  const { excludeNetwork } = report;
  // Otherwise the report resolves the names of all connected hosts.
  report.excludeNetwork = true;
  try {
    const { sharedObjects = [] } = report.getReport() as { sharedObjects?: string[] };
    return [...new Set(sharedObjects.filter((file) => BRINGS_SQLITE.test(file)))].sort();
  } finally {
    if (excludeNetwork !== undefined) report.excludeNetwork = excludeNetwork;
  }
}
