import { afterEach, expect, it } from '@jest/globals';
import type { Arrival } from './support/receivers.js';
import { Scene } from './support/scene.js';
import { shortestLease, sized, sleep } from './support/sizes.js';

const { workers, tenants, keysEach, events, kills, everyMs } = sized(
  { workers: 3, tenants: 4, keysEach: 6, events: 600, kills: 2, everyMs: 1_500 },
  { workers: 8, tenants: 10, keysEach: 20, events: 20_000, kills: 8, everyMs: 4_000 },
);
const FAILING = 0.1;
const TIMEOUT_MS = 1_000;
const RETRY_MS = 50;
const RETRIES = 20;
/** Pause between two events of a tenant, in ms, so that some deliveries are under way at each kill. */
const PAUSE_MS = (kills * everyMs * tenants) / events;

let scene: Scene;
afterEach(() => scene.close());

it(
  'an ordered webhook gets each key in emit order, one at a time, through failures and dying processes',
  async () => {
    const webhooks = {
      timeoutMs: TIMEOUT_MS,
      leaseMs: shortestLease(TIMEOUT_MS),
      pollMs: 50,
      retryScheduleMs: Array.from({ length: RETRIES }, () => RETRY_MS),
    };
    scene = await Scene.open({ receivers: tenants, webhooks });
    const { receivers } = scene;
    receivers.respond = () => ({
      status: Math.random() < FAILING ? 500 : 204,
      afterMs: Math.random() * 20,
    });
    for (let n = 0; n < tenants; n += 1)
      await scene.route({ tenantUid: `tenant-${n}`, receiver: n, ordered: true });
    await scene.startWorkers(workers);

    /** The events of each receiver and key, in the order in which they were emitted. */
    const emitted = new Map<string, string[]>();
    const emit = async (receiver: number): Promise<void> => {
      for (let n = 0; n < events / tenants; n += 1) {
        const key = `key-${n % keysEach}`;
        const uid = await scene.emit(`tenant-${receiver}`, key);
        emitted.set(`${receiver}/${key}`, [...(emitted.get(`${receiver}/${key}`) ?? []), uid]);
        await sleep(PAUSE_MS);
      }
    };
    await Promise.all([...Array.from({ length: tenants }, (_, n) => emit(n)), killAtRandom()]);
    await scene.untilLog({ DELIVERED: events }, sized(30_000, 240_000));

    const byEvent = new Map<string, Arrival[]>();
    for (const arrival of receivers.arrivals) {
      byEvent.set(arrival.eventUid, [...(byEvent.get(arrival.eventUid) ?? []), arrival]);
    }
    for (const uids of emitted.values()) {
      const tooSoon = uids.filter((uid, index) => {
        const before = byEvent.get(uids[index - 1]!);
        const deliveredAt = before?.find(({ status }) => status === 204)?.endedAt;
        return before !== undefined && !(byEvent.get(uid)![0]!.at >= deliveredAt!);
      });
      expect(tooSoon).toEqual([]);
    }
  },
  sized(60_000, 400_000),
);

/** Kills random processes while events are delivered, and starts another in place of each. */
async function killAtRandom(): Promise<void> {
  const starting: Promise<unknown>[] = [];
  for (let n = 0; n < kills; n += 1) {
    await sleep(everyMs);
    const { running } = scene;
    starting.push(running[Math.floor(Math.random() * running.length)]!.kill(), scene.startWorker());
  }
  await Promise.all(starting);
}
