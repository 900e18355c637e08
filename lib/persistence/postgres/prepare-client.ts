import type { PoolClient } from 'pg';
import { LOCK_TIMEOUT_MS, LONGEST_PAUSE_MS, STATEMENT_TIMEOUT_MS } from './time-limits.js';

const INT8_OID = 20;

/**
 * Settings of the module's own sessions, whatever the database or the role has as default. `refuseTransactionPooling` made sure
 * that they reach nobody else's sessions.
 *
 * - Each statement of the module is written for READ COMMITTED: in a stricter level, concurrent rounds fail.
 * - The statements address rows by key. A planner that believes a table to be small (statistics of a drained queue) would scan
 *   it, so scans are priced out.
 *
 * Not set: `search_path` and the time zone, which the module does not depend on, and `default_transaction_read_only`, by which an
 * operator forbids writing.
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

/** Makes a new connection of the module's pool ready, before it is used. */
export async function prepareClient(client: PoolClient): Promise<void> {
  // A client that loses its connection while checked out emits `error`; its query fails with the same error.
  client.on('error', () => undefined);
  // Every bigint of ours stays below 2^53.
  client.setTypeParser(INT8_OID, Number);
  await client.query(SESSION_SETTINGS);
}
