import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { WebhooksHealth, type WebhooksHealthReport } from 'nestjs-tillhook';
import { eachDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { STAGE_FAILURES, type StageFailure } from '../support/failing-stages.js';
import { FailingWorker } from '../support/failing-worker.js';
import { LogCapture } from '../support/log-capture.js';
import { TestHost } from '../support/test-host.js';

const TENANT = 'shop';
const HOUR_MS = 3_600_000;
/** A stage is degraded from its third failure on, and a transport that could not be claimed is avoided for 5 s. */
const DEGRADED_WITHIN_MS = 25_000;

const healthOf = (host: TestHost): Promise<WebhooksHealthReport> =>
  host.app.get(WebhooksHealth, { strict: false }).check();

/** The reports of a worker before a stage failed, while it failed, and after it worked again. */
type Reports = Readonly<Record<'before' | 'meanwhile' | 'afterwards', WebhooksHealthReport>>;

async function failStage(failure: StageFailure): Promise<Reports> {
  const worker = await FailingWorker.start(failure.kind);
  try {
    const before = await worker.health();
    if (failure.stage === 'claim' || failure.stage === 'read') {
      // The lane is free when its retry becomes due.
      worker.receiver.respondNext({ status: 500 });
      await worker.emit();
      await worker.receiver.waitFor(1);
      await worker.report(({ worker: { lanes } }) => lanes === 0);
      await worker.begin(failure);
    } else {
      await worker.begin(failure);
      await worker.emit();
    }
    const meanwhile = await worker.report(
      ({ reasons }) => reasons.some(({ code }) => code === 'WORKER_FAILING'),
      DEGRADED_WITHIN_MS,
    );
    await worker.end(failure);
    const afterwards = await worker.report(({ status }) => status === 'ok', DEGRADED_WITHIN_MS);
    return { before, meanwhile, afterwards };
  } finally {
    await worker.close();
  }
}

describe('The health of a worker whose rounds fail, with the default options', () => {
  /** All failures run at the same time, because each of them takes seconds. */
  const running = new Map<StageFailure, Promise<Reports>>();
  beforeAll(() => {
    for (const failure of STAGE_FAILURES) running.set(failure, failStage(failure));
    // A test reports its own failure.
    for (const reports of running.values()) reports.catch(() => undefined);
  });
  afterAll(() => Promise.allSettled(running.values()));

  it.each(STAGE_FAILURES.map((failure) => ({ ...failure, failure })))(
    'is degraded, names the stage and the error, and is ok again afterwards ($stage on $kind)',
    async ({ failure, stage, says }) => {
      const { before, meanwhile, afterwards } = await running.get(failure)!;
      expect(before).toMatchObject({ status: 'ok', reasons: [] });

      expect(meanwhile.status).toBe('degraded');
      const { consecutiveFailures, failingForMs, lastError } = meanwhile.worker.rounds[stage];
      expect(consecutiveFailures).toBeGreaterThanOrEqual(3);
      expect(failingForMs).toBeGreaterThan(0);
      expect(lastError).toMatch(says);
      const { message } = meanwhile.reasons.find(({ code }) => code === 'WORKER_FAILING')!;
      expect(message).toMatch(/^[A-Z].* failed \d+ times in a row for \d+ s: /);
      expect(message).toMatch(says);
      expect(meanwhile.reasons.some(({ code }) => code === 'QUEUE_UNREADABLE')).toBe(stage === 'read');
      expect(meanwhile.queue === null).toBe(stage === 'read');

      expect(afterwards.reasons).toEqual([]);
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
