import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Sqlite from 'better-sqlite3';
import { IS_FULL } from './support/sizes.js';
import { TcpLink } from './support/tcp-link.js';
import type { ApiClient, ApiResponse } from '../support/api-client.js';
import { createDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { LogCapture } from '../support/log-capture.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import type { TestDatabase } from '../support/test-database.js';
import { TestHost } from '../support/test-host.js';

const TENANT = 'shop';
const TRANSPORT = { httpTransportUid: 'erp', name: 'ERP', url: 'https://erp.example.com' };
const POOL_SIZE = 2;
/** Time limits of the module for a connection, a lock, a query, and SQLite's write lock; and the delay of a busy machine. */
const CONNECT_TIMEOUT_MS = 5_000;
const LOCK_TIMEOUT_MS = 2_000;
const QUERY_TIMEOUT_MS = 30_000;
const BUSY_LIMIT_MS = 30_000;
const SPARE_MS = 3_000;

type Code = 'DATABASE_UNAVAILABLE' | 'DATABASE_BUSY';

/** A request that reads, one that writes, one that does both, a command, a test send. */
const REQUESTS: [method: string, path: string, body?: object][] = [
  ['GET', '/httptransports'],
  ['GET', '/deliveries'],
  ['POST', '/httptransports', { ...TRANSPORT, httpTransportUid: 'other' }],
  ['PATCH', '/httptransports/erp', { name: 'New' }],
  ['DELETE', '/httptransports/erp'],
  ['POST', '/httptransports/erp/webhooks', { action: '*' }],
  ['POST', '/httptransports/erp/pause'],
  ['POST', '/httptransports/erp/rotatesecret', {}],
  ['POST', '/httptransports/erp/test', {}],
];

/** Checks the whole response: nothing in it shows which database it is, or where. */
function expectRefusal(response: ApiResponse<object>, code: Code): void {
  const { status, headers, body } = response;
  const message = [expect.stringMatching(/^The database [a-z ]+\. [A-Z][A-Za-z :]+\.$/)];
  expect([status, body]).toEqual([503, { statusCode: 503, error: 'Service Unavailable', code, message }]);
  expect(headers.get('retry-after')).toBe('1');
}

async function timed<T>(work: Promise<T>): Promise<{ result: T; tookMs: number }> {
  const startedAt = performance.now();
  const result = await work;
  return { result, tookMs: performance.now() - startedAt };
}

describe.each(['express', 'fastify'] as const)('the admin API on %s, without its PostgreSQL', (platform) => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let logger: LogCapture;
  let host: TestHost;
  let api: ApiClient;

  beforeEach(async () => {
    database = await createDatabase('postgres');
    const url = new URL(database.url);
    proxy = await TcpProxy.start(url.hostname, Number(url.port));
    url.port = String(proxy.port);
    logger = new LogCapture();
    host = await TestHost.start({
      database: { ...database, options: { type: 'postgres', url: url.href } },
      platform,
      webhooks: { worker: false },
      logger,
    });
    api = host.api(TENANT);
    expect((await api.post('/httptransports', TRANSPORT)).status).toBe(200);
  });
  afterEach(async () => {
    await host.close();
    await proxy.close();
    await database.drop();
  });

  it('responds to every kind of request with 503, logs why, and works again afterwards', async () => {
    proxy.cut();
    for (const [method, path, body] of REQUESTS) {
      const { result, tookMs } = await timed(api.request<object>(method, path, body));
      expectRefusal(result, 'DATABASE_UNAVAILABLE');
      expect(tookMs).toBeLessThan(SPARE_MS);
    }
    expect(logger.at('error', /./)).toEqual([]);
    expect(logger.at('warn', /503 DATABASE_UNAVAILABLE: Connection terminated/)).toHaveLength(1);
    proxy.open();
    expect((await api.get('/httptransports/erp')).status).toBe(200);
  });

  it('responds with 503 when nobody listens there any more', async () => {
    await proxy.close();
    expectRefusal(await api.get('/httptransports/erp'), 'DATABASE_UNAVAILABLE');
    expectRefusal(await api.post('/httptransports', TRANSPORT), 'DATABASE_UNAVAILABLE');
  });

  it('still refuses first what access and validation refuse', async () => {
    proxy.cut();
    const responses = [
      await host.api(TENANT, 'nobody').get('/httptransports'),
      await host.api(TENANT, 'cashier').get('/httptransports'),
      await api.get('/httptransports?pageSize=x'),
      await api.get('/webhookactions'),
    ];
    expect(responses.map(({ status }) => status)).toEqual([401, 403, 400, 200]);
  });
});

describe('the admin API, while the database keeps it waiting', () => {
  let postgres: TestDatabase;
  let sqlite: TestDatabase;
  let onPostgres: TestHost;
  let link: TcpLink;
  let overLink: TestHost;
  let onSqlite: TestHost;

  beforeAll(async () => {
    [postgres, sqlite] = [await createDatabase('postgres'), await createDatabase('sqlite')];
    const webhooks = { worker: false, poolSize: POOL_SIZE };
    const start = (database: TestDatabase) =>
      TestHost.start({ database, webhooks, logger: new LogCapture() });
    [onPostgres, onSqlite] = [await start(postgres), await start(sqlite)];
    link = await TcpLink.to(Number(new URL(postgres.url).port));
    overLink = await start({ ...postgres, options: { type: 'postgres', url: link.through(postgres.url) } });
    await onPostgres.api(TENANT).post('/httptransports', TRANSPORT);
    await onSqlite.api(TENANT).post('/httptransports', TRANSPORT);
  });
  afterAll(async () => {
    link?.cut();
    await overLink?.close();
    await link?.close();
    await onPostgres?.close();
    await onSqlite?.close();
    await postgres?.drop();
    await sqlite?.drop();
  });

  /** Runs `work` while another program has locked the table. */
  const whileLocked = <T>(work: () => Promise<T>): Promise<T> =>
    onPostgres.dataSource.transaction(async (manager) => {
      await manager.query('LOCK TABLE webhook_http_transport IN ACCESS EXCLUSIVE MODE');
      return work();
    });

  /** How many of the module's connections wait for a lock. */
  const waiting = async (): Promise<number> => {
    const [row] = await onPostgres.dataSource.query<[{ count: number }]>(
      `SELECT count(*)::int AS count FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'nestjs-tillhook' AND wait_event_type = 'Lock'`,
    );
    return row.count;
  };

  it('for a lock on PostgreSQL, responds with 503 within the lock time-out, and serves the next request', async () => {
    const api = onPostgres.api(TENANT);
    const refused = await whileLocked(async () => {
      const asked = Array.from({ length: POOL_SIZE }, () => timed(api.get<object>('/httptransports')));
      await eventually(async () => (await waiting()) === POOL_SIZE);
      return Promise.all(asked);
    });
    for (const { result, tookMs } of refused) {
      expectRefusal(result, 'DATABASE_BUSY');
      expect(tookMs).toBeLessThan(LOCK_TIMEOUT_MS + SPARE_MS);
    }
    expect((await api.get('/httptransports')).status).toBe(200);
  });

  it('with all of its connections, responds with 503 when no connection becomes free in time', async () => {
    const api = overLink.api(TENANT);
    link.silence();
    const held = Array.from({ length: POOL_SIZE }, () => api.get<object>('/httptransports'));
    const { result, tookMs } = await timed(api.get<object>('/httptransports'));
    expectRefusal(result, 'DATABASE_UNAVAILABLE');
    expect(tookMs).toBeLessThan(CONNECT_TIMEOUT_MS + SPARE_MS);
    link.cut();
    for (const response of await Promise.all(held)) expectRefusal(response, 'DATABASE_UNAVAILABLE');
    link.reopen();
    expect((await api.get('/httptransports')).status).toBe(200);
  });

  // This takes as long as the time-outs, which is too long for the short run.
  if (IS_FULL)
    describe('for half a minute,', () => {
      let written: Promise<{ result: ApiResponse<object>; tookMs: number }>;
      let parted: typeof written;
      const file = () => new Sqlite((sqlite.options as { database: string }).database);

      // Both requests wait at the same time, so half a minute is enough.
      beforeAll(async () => {
        // Opens a connection that the module keeps for the next request.
        await overLink.api(TENANT).get('/httptransports');
        link.silence();
        parted = timed(overLink.api(TENANT).get<object>('/httptransports'));
        written = (async () => {
          const other = file();
          other.exec('BEGIN EXCLUSIVE');
          try {
            const change = onSqlite.api(TENANT).patch<object>('/httptransports/erp', { name: 'New' });
            return await timed(change);
          } finally {
            other.exec('ROLLBACK');
            other.close();
          }
        })();
      });

      it(
        'because no packet arrives, responds with 503, and serves the next request on a new connection',
        async () => {
          const { result, tookMs } = await parted;
          expectRefusal(result, 'DATABASE_UNAVAILABLE');
          expect(tookMs).toBeLessThan(QUERY_TIMEOUT_MS + SPARE_MS);
          // The old connections stay silent for ever.
          link.reopen();
          const again = await timed(overLink.api(TENANT).get('/httptransports'));
          expect(again.result.status).toBe(200);
          expect(again.tookMs).toBeLessThan(SPARE_MS);
        },
        QUERY_TIMEOUT_MS + 15_000,
      );

      it(
        'for the write lock of SQLite, responds with 503, has changed nothing, and serves the next request',
        async () => {
          const { result, tookMs } = await written;
          expectRefusal(result, 'DATABASE_BUSY');
          expect(tookMs).toBeLessThan(BUSY_LIMIT_MS + SPARE_MS);
          const api = onSqlite.api(TENANT);
          expect((await api.get('/httptransports/erp')).body).toMatchObject({ name: 'ERP' });
          expect((await api.patch('/httptransports/erp', { name: 'New' })).body).toMatchObject({
            name: 'New',
          });
        },
        BUSY_LIMIT_MS + 15_000,
      );
    });
});
