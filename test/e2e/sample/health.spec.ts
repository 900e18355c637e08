import { afterEach, describe, expect, it } from '@jest/globals';
import { createMigratedDatabase, eachDatabase } from '../../support/databases.js';
import { shiftClock } from '../../support/shifted-clock.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import type { TestDatabase } from '../../support/test-database.js';
import { SampleApp } from './sample-app.js';

const TEN_MINUTES_MS = 600_000;
/** Maximum time of a response while the database does not respond. */
const LIMIT_MS = 3_500;

let app: SampleApp;
/** Asked without a token, as a probe does. */
const health = () => app.callWith(undefined)('GET', '/health');

describe('GET /health of the sample app', () => {
  eachDatabase((database, kind) => {
    afterEach(() => app.close());

    it.each([
      ['true', 'true'],
      ['true', 'false'],
      ['false', 'true'],
    ])('reports the health of the module, with worker %s and controllers %s', async (worker, controllers) => {
      const env = { WEBHOOKS_WORKER: worker, WEBHOOKS_CONTROLLERS: controllers };
      app = await SampleApp.start(database(), env);
      expect(await health()).toEqual({
        status: 200,
        body: {
          status: 'ok',
          pid: process.pid,
          database: kind,
          worker: worker === 'true',
          controllers: controllers === 'true',
          webhooks: {
            status: 'ok',
            reasons: [],
            database: { reachable: true, clockOffsetMs: expect.any(Number) },
            worker: {
              enabled: worker === 'true',
              heldBy: [],
              inFlight: 0,
              lanes: 0,
              tenantsOverQuota: 0,
              wakeUps: expect.stringMatching(/^(none|proven)$/),
              rounds: expect.anything(),
            },
            queue: expect.objectContaining({ due: { value: 0, isAtLeast: false }, oldestDueMs: null }),
            environment: { own: null, database: null },
            retention: expect.objectContaining({ enabled: worker === 'true', lastError: null }),
          },
        },
      });
    });
  });

  describe('on PostgreSQL', () => {
    let database: TestDatabase;
    let proxy: TcpProxy | undefined;
    afterEach(async () => {
      await app.close();
      await proxy?.close();
      await database.drop();
    });

    it('warns of a clock that is ten minutes off, and by how much, and stays in service', async () => {
      database = await createMigratedDatabase('postgres');
      await shiftClock(database, TEN_MINUTES_MS);
      app = await SampleApp.start(database);
      const { status, body } = await health();
      expect(status).toBe(200);
      expect(body).toMatchObject({
        status: 'degraded',
        webhooks: { reasons: [{ code: 'CLOCK_SKEW', message: expect.stringContaining('600 s behind') }] },
      });
      const { clockOffsetMs } = (body as { webhooks: { database: { clockOffsetMs: number } } }).webhooks
        .database;
      expect(Math.abs(clockOffsetMs - TEN_MINUTES_MS)).toBeLessThan(1_000);
    });

    it.each(['cut', 'freeze'] as const)(
      'is soon 503 with the same report when the database is away (%s), and 200 when it is back',
      async (how) => {
        database = await createMigratedDatabase('postgres');
        const url = new URL(database.url);
        proxy = await TcpProxy.start(url.hostname, Number(url.port));
        url.port = String(proxy.port);
        app = await SampleApp.start({ ...database, url: url.href }, { WEBHOOKS_WORKER: 'false' });
        expect(await health()).toMatchObject({ status: 200 });
        proxy[how]();
        const startedAt = performance.now();
        expect(await health()).toMatchObject({
          status: 503,
          body: {
            status: 'down',
            pid: process.pid,
            webhooks: { reasons: [{ code: 'DATABASE_UNREACHABLE' }] },
          },
        });
        expect(performance.now() - startedAt).toBeLessThan(LIMIT_MS);
        proxy.open();
        expect(await health()).toMatchObject({ status: 200, body: { status: 'ok' } });
      },
    );
  });
});
