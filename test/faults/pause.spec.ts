import { afterEach, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Scene } from './support/scene.js';
import { sized, sleep } from './support/sizes.js';

const { perReceiver, pausedMs } = sized(
  { perReceiver: 120, pausedMs: 2_000 },
  { perReceiver: 2_000, pausedMs: 10_000 },
);
const WORKERS = 3;
const RECEIVERS = 6;
/** The receiver of the ordered webhook. The events have no ordering key, so it gets one request at a time. */
const ORDERED = 0;
const PROMISED_MS = 1_000;

let scene: Scene;
afterEach(() => scene.close());

it(
  'a pause holds within a second, whichever process delivers, and what was held is sent in order',
  async () => {
    scene = await Scene.open({ receivers: RECEIVERS, webhooks: { pollMs: 1_000 } });
    const { receivers } = scene;
    receivers.respond = () => ({ status: 204, afterMs: 20 });
    const transport = { maxConcurrency: 2 };
    for (let receiver = 0; receiver < RECEIVERS; receiver += 1) {
      await scene.route({ tenantUid: 'shop', receiver, ordered: receiver === ORDERED, transport });
    }
    await scene.startWorkers(WORKERS);
    const emitted = await scene.emitMany('shop', perReceiver);
    await eventually(() => Array.from({ length: RECEIVERS }).every((_, n) => receivers.openAt(n) > 0));

    const pausedAt: number[] = [];
    for (let n = 0; n < RECEIVERS; n += 1) {
      const response = await scene.host.api('shop').request('POST', `/httptransports/${n}/pause`);
      expect(response.status).toBe(200);
      pausedAt[n] = Date.now();
    }
    await sleep(pausedMs);
    const late = receivers.arrivals.filter(({ receiver, at }) => at > pausedAt[receiver]! + PROMISED_MS);
    expect(late).toEqual([]);
    expect(receivers.arrivals.length).toBeLessThan(perReceiver * RECEIVERS);
    const held = perReceiver * RECEIVERS - receivers.arrivals.length;
    await scene.untilLog({ DELIVERED: perReceiver * RECEIVERS - held, PENDING: held }, 5_000);

    for (let n = 0; n < RECEIVERS; n += 1) {
      await scene.host.api('shop').request('POST', `/httptransports/${n}/resume`);
    }
    await scene.untilLog({ DELIVERED: perReceiver * RECEIVERS }, sized(20_000, 120_000));
    expect(receivers.arrivals).toHaveLength(perReceiver * RECEIVERS);
    const ordered = receivers.arrivals.filter(({ receiver }) => receiver === ORDERED);
    expect(ordered.map(({ eventUid }) => eventUid)).toEqual(emitted);
  },
  sized(60_000, 240_000),
);
