import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { LaneSweep } from '../../../lib/delivery/lane-sweep.js';
import { STORES, type Stores } from '../../../lib/persistence/stores.js';
import { eachWorker } from '../../support/each-worker.js';

/** Long enough for a host that would find it by itself. */
const POLLS_MS = 300;

describe('a delivery that is due and of which no lane knows', () => {
  eachWorker(
    (scene) => {
      it('is sent after the next sweep', async () => {
        const { host, receiver, tenant } = scene();
        await tenant.transport(receiver);
        receiver.answerNext({ status: 500 });
        await tenant.emit();
        await tenant.untilLogged({ status: 'PENDING', attempts: 1 }, 1);
        await sleep(POLLS_MS);
        // As though a bug had brought the retry forward and not told the lane, which waits for an hour from then.
        await host.dataSource.query('UPDATE webhook_queue SET due_at = 1');
        await sleep(POLLS_MS);
        expect(receiver.requests).toHaveLength(1);

        const warnings: string[] = [];
        const { sweep } = host.app.get<Stores>(STORES, { strict: false });
        await new LaneSweep(sweep, { now: Date.now, warn: (text) => warnings.push(text) }).sweep();
        await tenant.untilLogged({ status: 'DELIVERED' }, 1);
        expect(warnings).toHaveLength(1);
      });
    },
    { retryScheduleMs: [3_600_000] },
  );
});
