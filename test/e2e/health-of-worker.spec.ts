import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebhooksHealth, type WebhooksHealthReport } from 'nestjs-tillhook';
import { DataSource } from 'typeorm';
import { createRestrictedDatabase } from '../faults/support/restricted-role.js';
import { createDatabase, eachDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { LogCapture } from '../support/log-capture.js';
import { Receiver } from '../support/receiver.js';
import type { DatabaseKind } from '../support/test-database.js';
import { TestHost } from '../support/test-host.js';

const TENANT = 'shop';
const RETRY_MS = 3_000;
const HOUR_MS = 3_600_000;
/** A stage is degraded from its third failure on, and a transport that could not be claimed is avoided for 5 s. */
const DEGRADED_WITHIN_MS = 25_000;
/** A stage is down after 30 s. */
const DOWN_WITHIN_MS = 60_000;

/** Number of refused rows from which on the stage counts as failing, and not only a row. */
const EVENTS_OF_A_WHOLE_STAGE = 5;

type Stage = keyof WebhooksHealthReport['worker']['rounds'];

/** What makes the rounds of a stage fail: a statement of the owner of the tables, and one that takes it back. */
interface Failure {
  readonly kind: DatabaseKind;
  readonly stage: Stage;
  readonly begin: string;
  readonly end: string;
  readonly says: RegExp;
}

const onSqlite = (stage: Stage, event: string): Failure => ({
  kind: 'sqlite',
  stage,
  begin: `CREATE TRIGGER refuse BEFORE ${event} BEGIN SELECT RAISE(ABORT, 'refused by a trigger'); END`,
  end: 'DROP TRIGGER refuse',
  says: /refused by a trigger/,
});
const onPostgres = (stage: Stage, privileges: string, table: string): Failure => ({
  kind: 'postgres',
  stage,
  begin: `REVOKE ${privileges} ON ${table} FROM app_role`,
  end: `GRANT ${privileges} ON ${table} TO app_role`,
  says: /permission denied for table \w+ \(42501\)/,
});

const FAILURES: readonly Failure[] = [
  onSqlite('fanOut', 'INSERT ON webhook_queue'),
  onSqlite('claim', 'UPDATE OF holder ON webhook_lane WHEN new.holder IS NOT NULL'),
  onSqlite('record', 'INSERT ON webhook_delivery'),
  onPostgres('fanOut', 'INSERT', 'webhook_queue'),
  onPostgres('claim', 'UPDATE', 'webhook_lane'),
  onPostgres('read', 'SELECT', 'webhook_queue'),
  onPostgres('record', 'DELETE', 'webhook_queue'),
];

const healthOf = (host: TestHost): Promise<WebhooksHealthReport> =>
  host.app.get(WebhooksHealth, { strict: false }).check();

describe('The health of a worker whose rounds fail, with the default options', () => {
  let receiver: Receiver;
  let host: TestHost;
  let owner: DataSource;
  let role = '';
  let drop: () => Promise<void>;

  async function start(kind: DatabaseKind): Promise<void> {
    receiver = await Receiver.start();
    const webhooks = {
      runMigrations: kind === 'sqlite',
      pollMs: undefined,
      retryScheduleMs: [RETRY_MS, RETRY_MS],
    };
    if (kind === 'postgres') {
      const restricted = await createRestrictedDatabase();
      ({ owner, role } = restricted);
      drop = () => restricted.database.drop();
      host = await TestHost.start({ database: restricted.database, webhooks, logger: new LogCapture() });
    } else {
      const database = await createDatabase('sqlite');
      host = await TestHost.start({ database, webhooks, logger: new LogCapture() });
      owner = await new DataSource(database.options).initialize();
      drop = async () => {
        await owner.destroy();
        await database.drop();
      };
    }
    const api = host.api(TENANT);
    await api.post('/httptransports', { httpTransportUid: 'erp', name: 'ERP', url: receiver.url });
    await api.post('/httptransports/erp/webhooks', { action: '*' });
  }
  afterEach(async () => {
    await host.close();
    await receiver.close();
    await drop();
  });

  const run = (sql: string): Promise<unknown> =>
    eventually(() => owner.query(sql.replace('app_role', role)).then(() => true));
  const emit = (): Promise<unknown> =>
    host.emitter.emit('ORDER_SETTLED', { order: { Uid: '1' } }, { tenantUid: TENANT });

  it.each(FAILURES)(
    'is degraded, names the stage and the error, and is ok again afterwards ($stage on $kind)',
    async ({ kind, stage, begin, end, says }) => {
      await start(kind);
      expect(await healthOf(host)).toMatchObject({ status: 'ok', reasons: [] });
      if (stage === 'claim' || stage === 'read') {
        // The lane is free when its retry becomes due.
        receiver.answerNext({ status: 500 });
        await emit();
        await receiver.waitFor(1);
        await eventually(async () => (await healthOf(host)).worker.lanes === 0);
        await run(begin);
      } else {
        await run(begin);
        await emit();
      }

      const report = await eventually(
        async () => {
          const report = await healthOf(host);
          return report.reasons.some(({ code }) => code === 'WORKER_FAILING') && report;
        },
        { withinMs: DEGRADED_WITHIN_MS },
      );
      expect(report.status).toBe('degraded');
      const { consecutiveFailures, failingForMs, lastError } = report.worker.rounds[stage];
      expect(consecutiveFailures).toBeGreaterThanOrEqual(3);
      expect(failingForMs).toBeGreaterThan(0);
      expect(lastError).toMatch(says);
      const { message } = report.reasons.find(({ code }) => code === 'WORKER_FAILING')!;
      expect(message).toMatch(/^[A-Z].* failed \d+ times in a row for \d+ s: /);
      expect(message).toMatch(says);
      expect(report.reasons.some(({ code }) => code === 'QUEUE_UNREADABLE')).toBe(stage === 'read');
      expect(report.queue === null).toBe(stage === 'read');

      await run(end);
      await eventually(async () => (await healthOf(host)).status === 'ok', { withinMs: DEGRADED_WITHIN_MS });
      expect((await healthOf(host)).reasons).toEqual([]);
    },
    90_000,
  );

  it.each(FAILURES.filter(({ stage }) => stage === 'fanOut'))(
    'is down when they have failed for 30 s ($stage on $kind)',
    async ({ kind, begin, end }) => {
      await start(kind);
      await run(begin);
      // One refused event would not do: see the fault tests.
      for (let n = 0; n < EVENTS_OF_A_WHOLE_STAGE; n += 1) await emit();
      const down = await eventually(
        async () => {
          const report = await healthOf(host);
          return report.status === 'down' && report;
        },
        { withinMs: DOWN_WITHIN_MS },
      );
      expect(down.reasons).toMatchObject([{ code: 'WORKER_FAILING' }]);
      expect(down.worker.rounds.fanOut.failingForMs).toBeGreaterThanOrEqual(30_000);
      expect(down.queue!.events.value).toBe(EVENTS_OF_A_WHOLE_STAGE);
      expect(down.queue!.oldestEventMs).toBeGreaterThanOrEqual(29_000);
      await run(end);
      await receiver.waitFor(EVENTS_OF_A_WHOLE_STAGE);
      await eventually(async () => (await healthOf(host)).status === 'ok');
    },
    90_000,
  );
});

describe('The health of a process beside work that nobody does', () => {
  eachDatabase((database) => {
    let host: TestHost;
    beforeEach(async () => {
      host = await TestHost.start({ database: database(), webhooks: { worker: false } });
    });
    afterEach(() => host.close());

    /** A worker that queues a delivery and cannot send it. */
    async function queueDelivery(tenantUid: string): Promise<void> {
      const api = host.api(tenantUid);
      await api.post('/httptransports', {
        httpTransportUid: 'erp',
        name: 'ERP',
        url: 'http://127.0.0.1:8080',
      });
      await api.post('/httptransports/erp/webhooks', { action: '*' });
      await host.emitter.emit('ORDER_SETTLED', { order: { Uid: '1' } }, { tenantUid });
      const worker = await TestHost.start({
        database: database(),
        webhooks: { deliveryEnabled: false },
        logger: new LogCapture(),
      });
      try {
        await eventually(async () => (await healthOf(worker)).queue?.due.value === 1);
        expect(await healthOf(worker)).toMatchObject({ reasons: [{ code: 'DELIVERY_SWITCHED_OFF' }] });
      } finally {
        await worker.close();
      }
    }
    const age = async (table: string, column: string): Promise<unknown> =>
      host.dataSource.query(`UPDATE ${table} SET ${column} = ${column} - ${HOUR_MS}`);

    it('is degraded by an event that is not fanned out, and by a delivery that no process sends', async () => {
      await host.emitter.emit('ORDER_SETTLED', { order: { Uid: '1' } }, { tenantUid: TENANT });
      expect(await healthOf(host)).toMatchObject({ status: 'ok', queue: { events: { value: 1 } } });
      await age('webhook_event', 'created_at');
      const report = await eventually(async () => {
        const report = await healthOf(host);
        return report.status === 'degraded' && report;
      });
      expect(report.reasons).toMatchObject([{ code: 'EVENTS_OVERDUE' }]);
      expect(report.queue!.oldestEventMs).toBeGreaterThanOrEqual(HOUR_MS);

      await queueDelivery('cafe');
      await age('webhook_queue', 'due_at');
      await age('webhook_lane', 'due_at');
      const overdue = await eventually(async () => {
        const report = await healthOf(host);
        return report.status === 'degraded' && report;
      });
      expect(overdue.reasons).toMatchObject([{ code: 'DELIVERIES_OVERDUE' }]);
      expect(overdue.queue!.unclaimedMs).toBeGreaterThanOrEqual(HOUR_MS);

      // A pause holds the delivery back, however old it is.
      const api = host.api('cafe');
      expect((await api.post('/httptransports/erp/pause', {})).status).toBe(200);
      await eventually(async () => (await healthOf(host)).status === 'ok');
      expect((await healthOf(host)).queue).toMatchObject({ due: { value: 0 }, oldestDueMs: null });
    });
  });
});
