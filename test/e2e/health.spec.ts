import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebhooksHealth } from 'nestjs-tillhook';
import { createMigratedDatabase, eachDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { LogCapture } from '../support/log-capture.js';
import { Receiver } from '../support/receiver.js';
import { shiftClock } from '../support/shifted-clock.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import type { TestDatabase } from '../support/test-database.js';
import { TestHost } from '../support/test-host.js';

const TENANT = 'shop';
/** Maximum time of a check while the database does not respond, in ms. */
const LIMIT_MS = 3_500;
const TEN_MINUTES_MS = 600_000;
const WITHOUT_FAILURES = expect.objectContaining({
  consecutiveFailures: 0,
  failingForMs: 0,
  lastError: null,
});

const healthOf = (host: TestHost): WebhooksHealth => host.app.get(WebhooksHealth, { strict: false });

describe('the health of the module', () => {
  eachDatabase((database, kind) => {
    let host: TestHost;
    afterEach(() => host.close());

    it('is ok, and says what this process does', async () => {
      host = await TestHost.start({ database: database() });
      const { database: seen, ...report } = await healthOf(host).check();
      expect(report).toEqual({
        status: 'ok',
        reasons: [],
        worker: {
          enabled: true,
          heldBy: [],
          inFlight: 0,
          lanes: 0,
          tenantsOverQuota: 0,
          // On PostgreSQL it has just started to listen.
          wakeUps: expect.stringMatching(database().kind === 'sqlite' ? /^none$/ : /^(none|proven)$/),
          rounds: {
            fanOut: WITHOUT_FAILURES,
            claim: WITHOUT_FAILURES,
            read: WITHOUT_FAILURES,
            record: WITHOUT_FAILURES,
          },
        },
        queue: {
          events: { value: 0, isAtLeast: false },
          oldestEventMs: null,
          due: { value: 0, isAtLeast: false },
          oldestDueMs: null,
          unclaimedMs: null,
        },
        retention: { enabled: false, lastPassAt: null, lastError: null },
        environment: { own: null, database: null },
      });
      expect(seen.reachable).toBe(true);
      expect(Math.abs(seen.clockOffsetMs)).toBeLessThan(kind === 'sqlite' ? 1 : 1_000);
    });

    it('shows the requests in flight and the held lanes', async () => {
      const receiver = await Receiver.start();
      receiver.respond('hang');
      host = await TestHost.start({ database: database() });
      const api = host.api(TENANT);
      await api.post('/httptransports', { httpTransportUid: 'erp', name: 'ERP', url: receiver.url });
      await api.post('/httptransports/erp/webhooks', { action: '*' });
      await host.emitter.emit('ORDER_SETTLED', { order: { Uid: '1' } }, { tenantUid: TENANT });
      await receiver.waitFor(1);
      expect((await healthOf(host).check()).worker).toMatchObject({ inFlight: 1, lanes: 1 });
      await receiver.close();
    });

    it('dates the last round of each stage once a delivery has passed them', async () => {
      const receiver = await Receiver.start();
      host = await TestHost.start({ database: database() });
      const api = host.api('cafe');
      await api.post('/httptransports', { httpTransportUid: 'erp', name: 'ERP', url: receiver.url });
      await api.post('/httptransports/erp/webhooks', { action: '*' });
      const startedAt = Date.now();
      await host.emitter.emit('ORDER_SETTLED', { order: { Uid: '1' } }, { tenantUid: 'cafe' });
      await receiver.waitFor(1);
      await eventually(async () => {
        const { rounds } = (await healthOf(host).check()).worker;
        return Object.values(rounds).every(
          ({ lastSuccessAt }) => Date.parse(lastSuccessAt ?? '') > startedAt - 1_000,
        );
      });
      await receiver.close();
    });

    it('is ok in a process without a worker, too', async () => {
      host = await TestHost.start({ database: database(), webhooks: { worker: false } });
      expect(await healthOf(host).check()).toMatchObject({ status: 'ok', worker: { enabled: false } });
    });

    it('makes one report for checks at the same time', async () => {
      host = await TestHost.start({ database: database() });
      const health = healthOf(host);
      const first = health.check();
      expect(health.check()).toBe(first);
      await first;
      const second = health.check();
      expect(second).not.toBe(first);
      await second;
    });
  });

  describe('on PostgreSQL that does not respond', () => {
    let database: TestDatabase;
    let proxy: TcpProxy;
    let host: TestHost;

    beforeEach(async () => {
      database = await createMigratedDatabase('postgres');
      const url = new URL(database.url);
      proxy = await TcpProxy.start(url.hostname, Number(url.port));
      url.port = String(proxy.port);
      const options = { type: 'postgres', url: url.href } as const;
      host = await TestHost.start({ database: { ...database, options }, logger: new LogCapture() });
    });
    afterEach(async () => {
      await host.close();
      await proxy.close();
      await database.drop();
    });

    it.each(['cut', 'freeze'] as const)(
      'is down and soon says so (%s), and is ok again afterwards',
      async (how) => {
        expect((await healthOf(host).check()).status).toBe('ok');
        proxy[how]();
        const startedAt = performance.now();
        const report = await healthOf(host).check();
        expect(performance.now() - startedAt).toBeLessThan(LIMIT_MS);
        expect(report).toMatchObject({
          status: 'down',
          reasons: [{ code: 'DATABASE_UNREACHABLE' }],
          database: { reachable: false },
        });
        proxy.open();
        // The wake-ups are proven again after a round trip of their own.
        const after = await eventually(async () => {
          const next = await healthOf(host).check();
          return next.status === 'ok' && next;
        });
        expect(after.reasons).toEqual([]);
      },
    );
  });

  describe.each([TEN_MINUTES_MS, -TEN_MINUTES_MS])(
    'when the clock of PostgreSQL is %i ms ahead',
    (offsetMs) => {
      let database: TestDatabase;
      let receiver: Receiver;
      let logger: LogCapture;
      let host: TestHost;

      beforeEach(async () => {
        database = await createMigratedDatabase('postgres');
        await shiftClock(database, offsetMs);
        receiver = await Receiver.start();
        logger = new LogCapture();
        host = await TestHost.start({ database, webhooks: { retryScheduleMs: [300] }, logger });
      });
      afterEach(async () => {
        await host.close();
        await receiver.close();
        await database.drop();
      });

      it('is degraded and warns once, while deliveries and retries are on time and dated by the database', async () => {
        const health = healthOf(host);
        const report = await health.check();
        expect(report).toMatchObject({ status: 'degraded', reasons: [{ code: 'CLOCK_SKEW' }] });
        expect(Math.abs(report.database.clockOffsetMs - offsetMs)).toBeLessThan(1_000);
        await health.check();
        const warnings = logger.at('warn', /The clock of this process/);
        expect(warnings).toHaveLength(1);
        expect(warnings[0]).toMatch(offsetMs > 0 ? /600 s behind/ : /600 s ahead/);

        const api = host.api(TENANT);
        await api.post('/httptransports', { httpTransportUid: 'erp', name: 'ERP', url: receiver.url });
        await api.post('/httptransports/erp/webhooks', { action: '*' });
        receiver.respondNext({ status: 500 });
        await host.emitter.emit('ORDER_SETTLED', { order: { Uid: '1' } }, { tenantUid: TENANT });
        const [first, second] = await receiver.waitFor(2, 5_000);
        const waited = second!.receivedAt - first!.receivedAt;
        expect(waited).toBeGreaterThan(200);
        expect(waited).toBeLessThan(2_000);
        const timestamp = Number(first!.headers['webhook-timestamp']) * 1_000;
        expect(Math.abs(timestamp - first!.receivedAt - offsetMs)).toBeLessThan(3_000);
      });
    },
  );
});
