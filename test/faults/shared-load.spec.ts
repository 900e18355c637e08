import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Scene } from './support/scene.js';
import { sleep } from './support/sizes.js';

/** With the defaults, this number of receivers needs more slots than a process has. */
const RECEIVERS = 8;
/** A single process needs about 15 s for all deliveries. */
const PER_RECEIVER = 4_000;
const RECEIVER_MS = 20;
/** Time in ms after which the first process has held its lanes long enough to share them. */
const HELD_MS = 1_500;
const EXPECTED = 500;

describe('a process that starts while another one holds all lanes and uses all of its slots', () => {
  let scene: Scene;
  afterEach(() => scene.close());

  it('takes lanes over and sends a part of their deliveries', async () => {
    scene = await Scene.open({ receivers: RECEIVERS, webhooks: {} });
    const { arrivals } = scene.receivers;
    scene.receivers.respond = () => ({ status: 204, afterMs: RECEIVER_MS });
    const routes = Array.from({ length: RECEIVERS }, (_, receiver) => ({
      tenantUid: `tenant-${receiver}`,
      receiver,
    }));
    await scene.routeAll(routes);
    await scene.startWorker();
    for (const { tenantUid } of routes) await scene.emitMany(tenantUid, PER_RECEIVER);
    await eventually(() => new Set(arrivals.map(({ receiver }) => receiver)).size === RECEIVERS);
    await sleep(HELD_MS);
    await scene.startWorker();
    const sentBySecond = (): number => arrivals.filter(({ sender }) => sender === 'worker-2').length;
    await eventually(() => sentBySecond() >= EXPECTED, {
      what: `${EXPECTED} requests of the second process`,
      withinMs: 12_000,
    });
    expect(arrivals.length).toBeLessThan(RECEIVERS * PER_RECEIVER);
  }, 60_000);
});
