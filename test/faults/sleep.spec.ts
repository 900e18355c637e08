import { afterEach, describe, expect, it } from '@jest/globals';
import { createDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { endLeasesIn } from './support/lane-table.js';
import { keyOf } from './support/receivers.js';
import { Scene } from './support/scene.js';
import { sized, sleep } from './support/sizes.js';
import { TcpLink } from './support/tcp-link.js';

const { receivers, perReceiver } = sized(
  { receivers: 4, perReceiver: 60 },
  { receivers: 30, perReceiver: 200 },
);
const SLEEP_MS = 60 * 60 * 1_000;
/** Delay in each direction between the machine that sleeps and the database, in ms, so that a query takes 40 ms. */
const LINK_MS = 20;
const RECEIVER_MS = 150;
const AWAKE_MS = 2_000;

/** Defaults: requests in flight to a transport, and slots of a process less the reserve. */
const LANE_CAP = 8;
const GENERAL_SLOTS = 48;

describe('a machine that sleeps for an hour while its process has requests in flight', () => {
  let scene: Scene;
  let link: TcpLink;
  afterEach(async () => {
    await scene.close();
    await link.close();
  });

  it('sends nothing that another machine has delivered meanwhile, once it is awake again', async () => {
    const database = await createDatabase('postgres');
    link = await TcpLink.to(Number(new URL(database.url).port), LINK_MS);
    scene = await Scene.open({ database, receivers, webhooks: {} });
    const { arrivals } = scene.receivers;
    scene.receivers.respond = () => ({ status: 204, afterMs: RECEIVER_MS });
    for (let n = 0; n < receivers; n += 1) await scene.route({ tenantUid: `tenant-${n}`, receiver: n });
    const sleeper = await scene.startWorker({
      database: { type: 'postgres', url: link.through(database.url) },
      preload: ['sleeping-clock.mjs'],
      env: { SLEEP_MS: String(SLEEP_MS) },
    });
    for (let n = 0; n < receivers; n += 1) await scene.emitMany(`tenant-${n}`, perReceiver);
    sleeper.signal();
    // Half-way: the responses to requests in flight arrive while the machine sleeps.
    await eventually(() => scene.receivers.delivered().size >= 2 * receivers);
    // All requests that may be in flight are at their receivers: none is about to leave.
    const inFlight = Math.min(receivers * LANE_CAP, GENERAL_SLOTS);
    const open = (): number =>
      Array.from({ length: receivers }, (_, n) => scene.receivers.openAt(n)).reduce((a, b) => a + b);
    await eventually(() => open() === inFlight);
    sleeper.freeze();
    const sent = arrivals.length;
    await sleep(RECEIVER_MS + 100);
    // An hour is longer than any lease.
    await endLeasesIn(scene.host.dataSource, -1);
    await scene.startWorker();
    await scene.untilLog({ DELIVERED: receivers * perReceiver }, 60_000);
    expect(sent).toBeLessThan(receivers * perReceiver);

    const before = arrivals.length;
    sleeper.thaw();
    await sleep(AWAKE_MS);
    expect(arrivals.slice(before).map(keyOf)).toEqual([]);
    expect(sleeper.isRunning).toBe(true);

    for (let n = 0; n < receivers; n += 1) await scene.emitMany(`tenant-${n}`, 1);
    await scene.untilLog({ DELIVERED: receivers * (perReceiver + 1) }, 10_000);
    expect(arrivals).toHaveLength(before + receivers);
  }, 60_000);
});
