import type { PoolClient } from 'pg';
import { LOCK_TIMEOUT_MS, LONGEST_PAUSE_MS, STATEMENT_TIMEOUT_MS } from './time-limits.js';

const INT8_OID = 20;

/**
 * Settings of the module's own sessions, which override the defaults of the database and the role.
 * `refuseTransactionPooling` has checked that no other client shares these sessions.
 *
 * - Each statement of the module is written for READ COMMITTED: at a stricter level, concurrent transactions would fail.
 * - The statements find rows by key. If the planner believes that a table is small (outdated statistics of the queue), it
 *   would scan the table, so the settings make scans too expensive.
 *
 * Not set: `search_path`, which decides where the tables are if the host sets no schema; the time zone, on which the module
 * does not depend; and `default_transaction_read_only`, with which an operator forbids writing.
 */
const SESSION_SETTINGS = Object.entries({
  default_transaction_isolation: "'read committed'",
  lock_timeout: LOCK_TIMEOUT_MS,
  statement_timeout: STATEMENT_TIMEOUT_MS,
  idle_in_transaction_session_timeout: LONGEST_PAUSE_MS,
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  jit: 'off',
})
  .map(([name, value]) => `SET ${name} = ${value}`)
  .join('; ');

/** Prepares a new connection of the module's pool before its first use. */
export async function prepareClient(client: PoolClient): Promise<void> {
  // If a client loses its connection while it is checked out, it emits `error`, and its query fails with the same error.
  client.on('error', () => undefined);
  // Every bigint of the module stays below 2^53.
  client.setTypeParser(INT8_OID, Number);
  await client.query(SESSION_SETTINGS);
}
