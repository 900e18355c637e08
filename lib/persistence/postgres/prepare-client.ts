import type { PoolClient } from 'pg';

const INT8_OID = 20;

/**
 * The longest pause between two statements of a transaction; theirs follow each other at once. A process that vanishes
 * without a word in the middle of one leaves it open on the server, and what it locked with it.
 */
const LONGEST_PAUSE_MS = 10_000;

/**
 * Settings of the module's own connections. Its statements address rows by key; a planner that believes a table
 * to be small (statistics of a drained queue) would scan it, so scans are priced out.
 */
const SESSION_SETTINGS = `SET enable_seqscan = off; SET enable_bitmapscan = off; SET jit = off;
  SET idle_in_transaction_session_timeout = ${LONGEST_PAUSE_MS}`;

/** Makes a new connection of the module's pool ready, before it is used. */
export async function prepareClient(client: PoolClient): Promise<void> {
  // A client that loses its connection while checked out emits `error`; its query fails with the same error.
  client.on('error', () => undefined);
  // Every bigint of ours stays below 2^53.
  client.setTypeParser(INT8_OID, Number);
  await client.query(SESSION_SETTINGS);
}
