import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { LaneSweep } from '../../../lib/delivery/lanes/lane-sweep.js';
import { STORES, type Stores } from '../../../lib/persistence/ports/stores.js';
import { eachWorker } from '../../support/each-worker.js';
import { eventually } from '../../support/eventually.js';

/** Long enough for a host to find the delivery by polling, if the lane were scheduled. */
const POLLS_MS = 300;

describe('A delivery that is due in a lane that nobody has scheduled', () => {
  eachWorker(
    (scene) => {
      it('is sent after the next sweep', async () => {
        const { host, receiver, tenant } = scene();
        await tenant.transport(receiver);
        receiver.respondNext({ status: 500 });
        await tenant.emit();
        await tenant.untilLogged({ status: 'PENDING', attempts: 1 }, 1);
        // While the lane is held, its holder would find the delivery.
        await eventually(async () => {
          const lanes = await host.dataSource.query<{ holder: string | null }[]>(
            'SELECT holder FROM webhook_lane',
          );
          return lanes.every(({ holder }) => holder === null);
        });
        // As if a bug had brought the retry forward and not scheduled the lane, which is due in an hour.
        await host.dataSource.query('UPDATE webhook_queue SET due_at = 1');
        await sleep(POLLS_MS);
        expect(receiver.requests).toHaveLength(1);

        const warnings: string[] = [];
        const { sweep } = host.app.get<Stores>(STORES, { strict: false });
        await new LaneSweep(sweep, {
          now: Date.now,
          elapsed: () => performance.now(),
          warn: (text) => warnings.push(text),
        }).sweepAll();
        await tenant.untilLogged({ status: 'DELIVERED' }, 1);
        expect(warnings).toHaveLength(1);
      });
    },
    { retryScheduleMs: [3_600_000] },
  );
});
