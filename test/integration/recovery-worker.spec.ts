import { afterAll, afterEach, beforeAll, describe, it } from '@jest/globals';
import { RecoveryRepository } from '../../lib/persistence/repositories/recovery.repository.js';
import { createRecoveryWorker } from '../../lib/operations/recovery/create-recovery-worker.js';
import type { RecoveryWorker } from '../../lib/operations/recovery/recovery-worker.js';
import { failed, group } from '../support/attempt-records.js';
import { eachDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { StoreFixture } from '../support/store-fixture.js';

const CONCURRENCY = 1;
/** More than the worker enqueues while nothing is sent. */
const DELIVERIES = 6;

describe('RecoveryWorker', () => {
  eachDatabase((db) => {
    let fixture: StoreFixture;
    let worker: RecoveryWorker | undefined;
    beforeAll(async () => {
      fixture = await StoreFixture.open(db());
    });
    afterEach(() => worker?.stop());
    afterAll(() => fixture.close());

    it('lets a job of another tenant take the place of one whose deliveries are not attempted', async () => {
      const jobs = new RecoveryRepository(fixture.database);
      const started: { tenantUid: string; id: number }[] = [];
      // Nothing is sent here, so each job stands still when it has enqueued a few deliveries.
      for (const tenantUid of ['stuck', 'other']) {
        const transport = await fixture.transport(tenantUid);
        await fixture.webhook(transport);
        await fixture.queue(...Array.from({ length: DELIVERIES }, () => ({ tenantUid })));
        const due = await fixture.due(transport);
        await fixture.stores.records.record(group({ attempts: due.map((row) => failed(row, 'EXHAUSTED')) }));
        const job = await jobs.insert(
          transport,
          {
            kind: 'RECOVER',
            since: 0,
            until: fixture.database.now(),
            statuses: ['FAILED'],
            actions: undefined,
            webhook: undefined,
          },
          null,
        );
        started.push({ tenantUid, id: job!.id });
      }
      worker = createRecoveryWorker(fixture.database, fixture.stores, {
        holder: 'process',
        environment: '',
        pollMs: () => 50,
        mostJobs: 1,
        transportConcurrency: CONCURRENCY,
        maxPendingPerTenant: 1_000,
        notify: () => undefined,
        notifications: { isObserved: false, publish: () => undefined },
        warn: () => undefined,
      });
      worker.start();
      for (const { tenantUid, id } of started) {
        await eventually(async () => (await jobs.find(tenantUid, id))!.requeued > 0, {
          what: `the job of ${tenantUid} to enqueue deliveries`,
        });
      }
    });
  });
});
