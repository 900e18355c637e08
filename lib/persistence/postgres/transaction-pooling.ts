import type { Pool, PoolClient } from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { TransactionPoolingError } from '../../errors/start-up.errors.js';
import { CONNECT_TIMEOUT_MS } from './time-limits.js';

/** If other clients use the pooler too, one round may not reveal that sessions are shared. */
const ROUNDS = 4;
const SESSION = 'SELECT pg_backend_pid() AS pid';

/**
 * Detects a pooler that shares server sessions between clients, before the module changes any session setting.
 *
 * Two connections are open at the same time and query in turn which session serves them. Without such a pooler, each always
 * has the same session, and never that of the other. With one, the second connection usually gets the session that the
 * first has just used. If other clients take that session meanwhile, the first connection gets another one for its next
 * query.
 *
 * @param options where and how to connect; entities, migrations and hooks are ignored
 * @throws {TransactionPoolingError}
 */
export async function refuseTransactionPooling(options: DataSourceOptions): Promise<void> {
  const probe = new DataSource({ ...options, ...PLAIN, extra: plainExtra(options) } as DataSourceOptions);
  await probe.initialize();
  const { master: pool } = probe.driver as unknown as { master: Pool };
  const clients: PoolClient[] = [];
  try {
    for (let n = 0; n < 2; n += 1) clients.push(await connect(pool));
    if (await sharesSessions(clients[0]!, clients[1]!)) throw new TransactionPoolingError();
  } finally {
    for (const client of clients) client.release(true);
    await probe.destroy();
  }
}

async function sharesSessions(first: PoolClient, second: PoolClient): Promise<boolean> {
  const seen = [new Set<number>(), new Set<number>()] as const;
  for (let round = 0; round < ROUNDS; round += 1) {
    seen[0].add(await sessionOf(first));
    seen[1].add(await sessionOf(second));
    if (seen.some(({ size }) => size > 1)) return true;
    if ([...seen[0]].some((pid) => seen[1].has(pid))) return true;
  }
  return false;
}

async function sessionOf(client: PoolClient): Promise<number> {
  return (await client.query<{ pid: number }>(SESSION)).rows[0]!.pid;
}

async function connect(pool: Pool): Promise<PoolClient> {
  const client = await pool.connect();
  // If the connection ends, the query fails with the same error.
  client.on('error', () => undefined);
  return client;
}

const PLAIN = { entities: [], migrations: [], poolSize: 2 };

const plainExtra = ({ extra }: DataSourceOptions): object => ({
  ...(extra as object | undefined),
  max: 2,
  query_timeout: CONNECT_TIMEOUT_MS,
  onConnect: undefined,
});
