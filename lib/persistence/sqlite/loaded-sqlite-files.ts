/** Native modules that bring a SQLite: better-sqlite3, sqlite3, libSQL, engines of older Prisma releases. */
const BRINGS_SQLITE = /(sql|query_engine)[^\n]*\.node$/i;

/** A switch of Node 20.13 and later. */
interface NetworkSwitch {
  excludeNetwork?: boolean;
}

/**
 * The native modules with a SQLite that this process has loaded, by their absolute paths. For error messages: it takes some
 * milliseconds, and a SQLite that is part of the runtime or of a bundle is not among them.
 */
export function loadedSqliteFiles(): string[] {
  const report = process.report as (typeof process.report & NetworkSwitch) | undefined;
  if (!report) return [];
  const { excludeNetwork } = report;
  // Otherwise the names of all connected hosts are looked up.
  report.excludeNetwork = true;
  try {
    const { sharedObjects = [] } = report.getReport() as { sharedObjects?: string[] };
    return [...new Set(sharedObjects.filter((file) => BRINGS_SQLITE.test(file)))].sort();
  } finally {
    if (excludeNetwork !== undefined) report.excludeNetwork = excludeNetwork;
  }
}
