import { startPostgres, type PostgresCluster } from '../../../scripts/postgres.mjs';
import type { TestDatabase } from '../../support/test-database.js';

/** Starts a PostgreSQL server for a test that stops it. `database.drop()` removes it. */
export async function startCluster(): Promise<{ cluster: PostgresCluster; database: TestDatabase }> {
  // Without fsync, a crash of the server loses no commit, because the operating system has the written data. A crash of the
  // machine would.
  const cluster = await startPostgres({ fsync: 'off', full_page_writes: 'off' });
  const { url } = cluster;
  return {
    cluster,
    database: { kind: 'postgres', options: { type: 'postgres', url }, url, drop: () => cluster.stop() },
  };
}
