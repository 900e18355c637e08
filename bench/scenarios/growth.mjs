// The cost of claiming and reading a lane on small tables, compared with tables with a long history and a large blocked backlog.
import { addTransports, drained, emit, quantile, startHost } from '../host.mjs';

export const title = 'cost of claiming and reading a lane as tables grow';

const ROUNDS = 200;
const LANES = 20;

export async function run({ databaseUrl, sinkUrls, size }) {
  const host = await startHost(databaseUrl, { worker: false });
  const filler = await startHost(databaseUrl);
  filler.worker.setDeliveryEnabled(false);
  await addTransports(host, { count: LANES, tenants: LANES, urls: sinkUrls, prefix: 'live' });
  await addTransports(host, { count: 100, tenants: 10, urls: sinkUrls, prefix: 'blocked' });
  await emit(host, { count: LANES * 100, tenants: LANES, prefix: 'live', chunk: 100 });
  await drained(host, 'outbox');
  await filler.close();

  const stores = host.app.get('nestjs-tillhook:Stores', { strict: false });
  const database = host.app.get('nestjs-tillhook:Database', { strict: false });
  const small = await claimAndRead(stores, database);
  await grow(host, { blocked: Math.ceil(1_000_000 * size), finished: Math.ceil(2_000_000 * size) });
  const large = await claimAndRead(stores, database);
  await host.close();
  const p95 = (times) => quantile(times, 0.95);
  return ['claim', 'read'].map((step) => ({
    measure: `${step}, p95 on large tables, x on small ones`,
    value: p95(large[step]) / p95(small[step]),
    unit: 'x',
    atMost: 2,
    note: `${p95(large[step]).toFixed(2)} ms against ${p95(small[step]).toFixed(2)} ms`,
  }));
}

async function claimAndRead({ lanes }, database) {
  const times = { claim: [], read: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    let startedAt = performance.now();
    const due = await lanes.due({ dueAt: -1, transportId: -1 }, LANES);
    const transportIds = due.map(({ transportId }) => transportId);
    const claimed = await lanes.claim({ holder: 'bench', leaseMs: 60_000, transportIds });
    times.claim.push(performance.now() - startedAt);
    if (claimed.length !== LANES) throw new Error(`Claimed ${claimed.length} lanes, not ${LANES}.`);
    startedAt = performance.now();
    const readings = await lanes.read(
      claimed.map(({ transportId }) => ({ transportId, after: { dueAt: -1, deliveryId: -1 }, limit: 64 })),
      database.now(),
    );
    times.read.push(performance.now() - startedAt);
    if (readings.some(({ rows }) => rows.length !== 64))
      throw new Error('A read returned a wrong number of rows.');
    const rate = { used: 0, usedUntil: 0 };
    await lanes.release(
      claimed.map((lane) => ({
        ...lane,
        consecutiveFailures: 0,
        rate,
        version: null,
        dueAt: database.now(),
      })),
    );
  }
  return { claim: times.claim.slice(20), read: times.read.slice(20) };
}

/** Adds, by SQL, a backlog of transports that are blocked for a day, and a history of ended deliveries. */
async function grow({ dataSource }, { blocked, finished }) {
  const isPostgres = dataSource.options.type === 'postgres';
  const later = Date.now() + 86_400_000;
  await dataSource.query(
    `UPDATE webhook_lane SET blocked_until = ${later}, due_at = ${later} WHERE tenant_uid LIKE 'blocked%'`,
  );
  const numbers = (count) =>
    isPostgres
      ? `generate_series(1, ${count}) g(n)`
      : `(WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < ${count}) SELECT n FROM g) g`;
  const transports = (count) => `${numbers(count)} JOIN webhook_http_transport t
      ON t.http_transport_uid = 'blocked' || (g.n % 100) JOIN webhook_tenant w ON w.tenant_uid = t.tenant_uid`;
  await dataSource.query(`
    INSERT INTO webhook_delivery (id, tenant_id, event_id, transport_id, webhook_id, status, attempts, created_at, finished_at,
      duration_ms, response_status_code)
    SELECT 1000000000 + g.n, w.id, 1000000000 + g.n, t.id, 1, 'DELIVERED', 1, 5, 8, 3, 204 FROM ${transports(finished)}`);
  await dataSource.query(`
    INSERT INTO webhook_queue (delivery_id, tenant_id, event_id, transport_id, webhook_id, due_at, created_at)
    SELECT 2000000000 + g.n, w.id, 2000000000 + g.n, t.id, 1, 5, 5 FROM ${transports(blocked)}`);
}
