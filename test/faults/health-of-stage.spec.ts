import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { WebhooksHealthReport } from 'nestjs-tillhook';
import { STAGE_FAILURES, type StageFailure } from '../support/failing-stages.js';
import { FailingWorker } from '../support/failing-worker.js';

/** A stage that fails as a whole is down after 30 s. */
const DOWN_AFTER_MS = 30_000;
const DOWN_WITHIN_MS = 60_000;
/** If at least this number of rows is refused, the stage counts as failing, and not only its rows. For one row, see health-of-one-row.spec.ts. */
const EVENTS_OF_A_WHOLE_STAGE = 5;
const FAILURES = STAGE_FAILURES.filter(({ stage }) => stage === 'fanOut');

/** Makes a stage fail until the worker is down. Then waits until everything is delivered and the worker is ok. @returns the report of the failure */
async function failFor30s(failure: StageFailure): Promise<WebhooksHealthReport> {
  const worker = await FailingWorker.start(failure.kind);
  try {
    await worker.begin(failure);
    for (let n = 0; n < EVENTS_OF_A_WHOLE_STAGE; n += 1) await worker.emit();
    const down = await worker.report(({ status }) => status === 'down', DOWN_WITHIN_MS);
    await worker.end(failure);
    await worker.receiver.waitFor(EVENTS_OF_A_WHOLE_STAGE);
    await worker.report(({ status }) => status === 'ok');
    return down;
  } finally {
    await worker.close();
  }
}

describe('The health of a worker with a stage that fails as a whole', () => {
  const running = new Map<StageFailure, Promise<WebhooksHealthReport>>();
  beforeAll(() => {
    for (const failure of FAILURES) running.set(failure, failFor30s(failure));
    // A test reports its own failure.
    for (const reports of running.values()) reports.catch(() => undefined);
  });
  afterAll(() => Promise.allSettled(running.values()));

  it.each(FAILURES.map((failure) => ({ ...failure, failure })))(
    'is down when the stage has failed for 30 s ($stage on $kind)',
    async ({ failure }) => {
      const down = await running.get(failure)!;
      expect(down.reasons).toMatchObject([{ code: 'WORKER_FAILING' }]);
      expect(down.worker.rounds.fanOut.failingForMs).toBeGreaterThanOrEqual(DOWN_AFTER_MS);
      expect(down.queue!.events.value).toBe(EVENTS_OF_A_WHOLE_STAGE);
      expect(down.queue!.oldestEventMs).toBeGreaterThanOrEqual(DOWN_AFTER_MS - 1_000);
    },
    90_000,
  );
});
