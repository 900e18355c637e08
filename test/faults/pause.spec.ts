import { afterEach, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Scene } from './support/scene.js';
import { sized, sleep } from './support/sizes.js';

const { perEndpoint, pausedMs } = sized(
  { perEndpoint: 120, pausedMs: 2_000 },
  { perEndpoint: 2_000, pausedMs: 10_000 },
);
const WORKERS = 3;
const ENDPOINTS = 6;
/** Goes through an ordered webhook, one request at a time as everywhere. */
const ORDERED = 0;
const PROMISED_MS = 1_000;

let scene: Scene;
afterEach(() => scene.close());

it(
  'a pause holds within a second, whichever process delivers, and what was held is sent in order',
  async () => {
    scene = await Scene.open({ endpoints: ENDPOINTS, webhooks: { pollMs: 1_000 } });
    const { endpoints } = scene;
    endpoints.respond = () => ({ status: 204, afterMs: 20 });
    const transport = { maxConcurrency: 2 };
    for (let endpoint = 0; endpoint < ENDPOINTS; endpoint += 1) {
      await scene.route({ tenantUid: 'shop', endpoint, ordered: endpoint === ORDERED, transport });
    }
    await scene.startWorkers(WORKERS);
    const emitted = await scene.emitMany('shop', perEndpoint);
    await eventually(() => Array.from({ length: ENDPOINTS }).every((_, n) => endpoints.openAt(n) > 0));

    const pausedAt: number[] = [];
    for (let n = 0; n < ENDPOINTS; n += 1) {
      const response = await scene.host.api('shop').request('POST', `/httptransports/${n}/pause`);
      expect(response.status).toBe(200);
      pausedAt[n] = Date.now();
    }
    await sleep(pausedMs);
    const late = endpoints.arrivals.filter(({ endpoint, at }) => at > pausedAt[endpoint]! + PROMISED_MS);
    expect(late).toEqual([]);
    expect(endpoints.arrivals.length).toBeLessThan(perEndpoint * ENDPOINTS);
    const held = perEndpoint * ENDPOINTS - endpoints.arrivals.length;
    await scene.untilLog({ DELIVERED: perEndpoint * ENDPOINTS - held, PENDING: held }, 5_000);

    for (let n = 0; n < ENDPOINTS; n += 1) {
      await scene.host.api('shop').request('POST', `/httptransports/${n}/resume`);
    }
    await scene.untilLog({ DELIVERED: perEndpoint * ENDPOINTS }, sized(20_000, 120_000));
    expect(endpoints.arrivals).toHaveLength(perEndpoint * ENDPOINTS);
    const ordered = endpoints.arrivals.filter(({ endpoint }) => endpoint === ORDERED);
    expect(ordered.map(({ eventUid }) => eventUid)).toEqual(emitted);
  },
  sized(60_000, 240_000),
);
