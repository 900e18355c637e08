import { describe, expect, it } from '@jest/globals';
import { WebhooksHealth, type WebhooksHealthReport } from 'nestjs-tillhook';
import { createDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { LogCapture } from '../support/log-capture.js';
import { Receiver } from '../support/receiver.js';
import { TestHost } from '../support/test-host.js';

const TENANT = 'shop';
/** A stage that fails as a whole is down after 30 s. */
const LONGER_THAN_DOWN_MS = 33_000;
const RETRY_MS = 3_000;

type Stage = keyof WebhooksHealthReport['worker']['rounds'];

const STAGES: readonly [stage: Stage, refused: string][] = [
  ['fanOut', 'INSERT ON webhook_queue'],
  ['claim', 'UPDATE OF holder ON webhook_lane WHEN new.holder IS NOT NULL'],
  ['record', 'INSERT ON webhook_delivery'],
];

/**
 * Refuses the only row of a stage for longer than a failing stage needs to be down.
 *
 * @returns the last report before the refusal ends
 */
async function refuseOneRow(stage: Stage, refused: string): Promise<WebhooksHealthReport> {
  const database = await createDatabase('sqlite');
  const receiver = await Receiver.start();
  const host = await TestHost.start({
    database,
    webhooks: { runMigrations: true, pollMs: undefined, retryScheduleMs: [RETRY_MS, RETRY_MS] },
    logger: new LogCapture(),
  });
  try {
    const api = host.api(TENANT);
    const health = host.app.get(WebhooksHealth, { strict: false });
    const statusOf = async (): Promise<string> => (await health.check()).status;
    await api.post('/httptransports', { httpTransportUid: 'erp', name: 'ERP', url: receiver.url });
    await api.post('/httptransports/erp/webhooks', { action: '*' });
    const emit = (): Promise<unknown> =>
      host.emitter.emit('ORDER_SETTLED', { order: { Uid: '1' } }, { tenantUid: TENANT });
    if (stage === 'claim') {
      // The lane is free when its retry becomes due.
      receiver.respondNext({ status: 500 });
      await emit();
      await receiver.waitFor(1);
      await eventually(async () => (await health.check()).worker.lanes === 0);
    }
    await host.dataSource.query(
      `CREATE TRIGGER refuse BEFORE ${refused} BEGIN SELECT RAISE(ABORT, 'refused by a trigger'); END`,
    );
    if (stage !== 'claim') await emit();
    await eventually(async () => (await health.check()).worker.rounds[stage].consecutiveFailures > 0);
    const report = await eventually(
      async () => {
        const report = await health.check();
        return report.worker.rounds[stage].failingForMs > LONGER_THAN_DOWN_MS && report;
      },
      { withinMs: 2 * LONGER_THAN_DOWN_MS },
    );
    await host.dataSource.query('DROP TRIGGER refuse');
    await eventually(async () => (await statusOf()) === 'ok', { withinMs: LONGER_THAN_DOWN_MS });
    return report;
  } finally {
    await host.close();
    await receiver.close();
    await database.drop();
  }
}

describe('the health of a process with nothing to do but one row that the database refuses', () => {
  it('is degraded, and not down, however long that lasts; and ok afterwards', async () => {
    const reports = await Promise.all(STAGES.map(([stage, refused]) => refuseOneRow(stage, refused)));
    expect(reports.map(({ status }) => status)).toEqual(['degraded', 'degraded', 'degraded']);
    for (const { reasons } of reports) {
      expect(reasons).toMatchObject([{ code: 'WORKER_FAILING' }]);
      expect(reasons[0]!.message).toContain('Only a few rows are refused');
    }
  }, 150_000);
});
