import { startPostgres, type PostgresCluster } from '../../../scripts/postgres.mjs';
import type { TestDatabase } from '../../support/test-database.js';

/** A PostgreSQL of its own, for a test that stops it, as a database to be used and dropped. */
export async function startCluster(): Promise<{ cluster: PostgresCluster; database: TestDatabase }> {
  // A crash of the server (not of the machine) loses nothing that was committed: the operating system has it.
  const cluster = await startPostgres({ fsync: 'off', full_page_writes: 'off' });
  const { url } = cluster;
  return {
    cluster,
    database: { kind: 'postgres', options: { type: 'postgres', url }, url, drop: () => cluster.stop() },
  };
}
