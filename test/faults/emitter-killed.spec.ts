import { afterEach, describe, expect, it } from '@jest/globals';
import { createDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { DATABASE_KINDS } from '../support/test-database.js';
import { expectAtMost, worst } from './support/figures.js';
import { Scene } from './support/scene.js';
import { onThisMachine, sized } from './support/sizes.js';

const KILLS = sized(3, 20);
/**
 * Longest time between two searches for events with the default options, in ms, by a worker to which wake-ups arrive, but none for
 * this event. On SQLite it is 250 ms.
 */
const LONGEST_LOOK_MS = 1_050;
const SENT_WITHIN_MS = 300;

describe.each(DATABASE_KINDS)('an event whose process is killed right after the commit on %s', (kind) => {
  let scene: Scene;
  afterEach(() => scene.close());

  it(
    'is delivered once by another process, with its next search for events',
    async () => {
      scene = await Scene.open({ database: await createDatabase(kind), webhooks: {} });
      await scene.route({ tenantUid: 'shop', receiver: 0 });
      const worker = await scene.startWorker();
      if (kind === 'postgres') {
        await eventually(async () => (await worker.ask('health')).worker.wakeUps === 'proven');
      }
      const { arrivals } = scene.receivers;
      const waitedMs: number[] = [];
      for (let n = 1; n <= KILLS; n += 1) {
        const emitting = await scene.startWorker({ webhooks: { worker: false } });
        await expect(emitting.ask('emitAndDie', 'shop')).rejects.toThrow('ended instead of replying');
        expect(await emitting.ended).toMatchObject({ signal: 'SIGKILL' });
        const endedAt = Date.now();
        await eventually(() => arrivals.length >= n, { what: `event ${n} to arrive` });
        waitedMs.push(arrivals[n - 1]!.at - endedAt);
      }
      await scene.untilLog({ DELIVERED: KILLS }, 10_000);
      expect(arrivals).toHaveLength(KILLS);
      expectAtMost({
        'ms from the kill to the arrival': [worst(waitedMs), LONGEST_LOOK_MS + onThisMachine(SENT_WITHIN_MS)],
      });
    },
    sized(60_000, 200_000),
  );
});
