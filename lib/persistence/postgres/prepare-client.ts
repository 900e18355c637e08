import type { PoolClient } from 'pg';

const INT8_OID = 20;

/**
 * Settings of the module's own connections. Its statements address rows by key; a planner that believes a table
 * to be small (statistics of a drained queue) would scan it, so scans are priced out.
 */
const SESSION_SETTINGS = 'SET enable_seqscan = off; SET enable_bitmapscan = off; SET jit = off';

/** Makes a new connection of the module's pool ready, before it is used. */
export async function prepareClient(client: PoolClient): Promise<void> {
  // A client that loses its connection while checked out emits `error`; its query fails with the same error.
  client.on('error', () => undefined);
  // Every bigint of ours stays below 2^53.
  client.setTypeParser(INT8_OID, Number);
  await client.query(SESSION_SETTINGS);
}
