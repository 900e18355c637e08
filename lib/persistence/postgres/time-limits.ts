/** How long the driver waits for a connection, in ms. */
export const CONNECT_TIMEOUT_MS = 5_000;

/** Time in ms after which a query without a result fails, so that a half-open connection blocks nothing forever. */
export const QUERY_TIMEOUT_MS = 30_000;

/**
 * Time limit of the server for one statement, in ms. It ends a second before the driver stops waiting, so that the module
 * learns that nothing was done. After the driver's time-out, the outcome would be unknown.
 */
export const STATEMENT_TIMEOUT_MS = QUERY_TIMEOUT_MS - 1_000;

/**
 * Time limit for waiting for a lock, in ms. The module's own transactions take milliseconds. If a lock is held for longer,
 * its holder is not the module (an open `psql`, a backup, a schema change), and may hold it for hours. The limit is longer
 * than PostgreSQL's `deadlock_timeout` (1 s), so that deadlocks are still reported as such and retried.
 */
export const LOCK_TIMEOUT_MS = 2_000;

/**
 * Time limit for the pause between two statements of a transaction, in ms. The module's own statements follow each other at
 * once. If a process vanishes inside a transaction, the transaction and its locks would otherwise stay on the server.
 */
export const LONGEST_PAUSE_MS = 10_000;
