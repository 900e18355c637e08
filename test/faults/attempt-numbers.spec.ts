import { afterEach, describe, expect, it } from '@jest/globals';
import { createDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { DATABASE_KINDS } from '../support/test-database.js';
import { countedAttempts, lanesOf } from './support/lane-table.js';
import { Scene } from './support/scene.js';
import { sized, sleep } from './support/sizes.js';

const { receivers, rounds } = sized({ receivers: 2, rounds: 1 }, { receivers: 4, rounds: 10 });
const PER_LANE = 8;
/** Receivers respond to all requests of a round at the same instant, this long after it begins. */
const RESPONSE_MS = 2_500;

describe.each(DATABASE_KINDS)('a process that loses a lane and claims it again at once, on %s', (kind) => {
  let scene: Scene;
  afterEach(() => scene.close());

  it.each([204, 500])(
    'records one attempt of each number although the receiver responds with %i to both requests at the same instant',
    async (status) => {
      const webhooks = { retryScheduleMs: [300, 300] };
      scene = await Scene.open({ database: await createDatabase(kind), receivers, webhooks });
      const { dataSource } = scene.host;
      let respondAt = 0;
      scene.receivers.respond = ({ attempt, at }) =>
        attempt === 1 ? { status, afterMs: Math.max(0, respondAt - at) } : { status: 204 };
      for (let n = 0; n < receivers; n += 1) await scene.route({ tenantUid: `tenant-${n}`, receiver: n });
      await scene.startWorker();
      for (let round = 1; round <= rounds; round += 1) {
        respondAt = Date.now() + RESPONSE_MS;
        for (let n = 0; n < receivers; n += 1) await scene.emitMany(`tenant-${n}`, PER_LANE);
        const areFull = () =>
          Array.from({ length: receivers }).every((_, n) => scene.receivers.openAt(n) === PER_LANE);
        await eventually(areFull);
        const before = await lanesOf(dataSource);
        // The same state as if another process had claimed each lane and released it.
        await dataSource.query(
          'UPDATE webhook_lane SET holder = NULL, lease_token = lease_token + 1, lease_until = 0, due_at = 1',
        );
        const areClaimed = async (): Promise<boolean> =>
          (await lanesOf(dataSource)).every(
            ({ holder, leaseToken }, lane) => holder !== null && leaseToken > before[lane]!.leaseToken + 1,
          );
        await eventually(areClaimed, { what: 'the lanes to be claimed again' });
        await sleep(Math.max(0, respondAt - Date.now()));
        await scene.untilLog({ DELIVERED: receivers * PER_LANE * round }, 15_000);
      }
      const counted = (await countedAttempts(dataSource)).map(
        ({ deliveryId, number }) => `${deliveryId}/${number}`,
      );
      expect(counted).toEqual([...new Set(counted)]);
      expect(counted).toHaveLength(receivers * PER_LANE * rounds * (status === 204 ? 1 : 2));
    },
    sized(30_000, 120_000),
  );
});
