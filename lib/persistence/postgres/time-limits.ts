/** How long the driver waits for a connection, in ms. */
export const CONNECT_TIMEOUT_MS = 5_000;

/** A query without a response for this long fails, in ms: a half-open connection must not hold anything up for ever. */
export const QUERY_TIMEOUT_MS = 30_000;

/**
 * The longest that the server works on a statement, in ms. It ends a second before the driver stops waiting, so that the module
 * learns that nothing was done; after the driver's time-out nobody knows.
 */
export const STATEMENT_TIMEOUT_MS = QUERY_TIMEOUT_MS - 1_000;

/**
 * The longest wait for a lock, in ms. The module's own transactions take milliseconds, so whoever holds a lock for longer is a
 * stranger (an open `psql`, a backup, a schema change), and may hold it for hours. It is longer than PostgreSQL's `deadlock_timeout`
 * (1 s), so that deadlocks are still reported as such and retried.
 */
export const LOCK_TIMEOUT_MS = 2_000;

/**
 * The longest pause between two statements of a transaction, in ms; those of the module follow each other at once. A process that
 * vanishes in the middle of one leaves it open on the server, with what it has locked.
 */
export const LONGEST_PAUSE_MS = 10_000;
