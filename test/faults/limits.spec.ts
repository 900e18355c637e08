import { afterEach, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Scene } from './support/scene.js';
import { IS_FULL, shortestLease, sized, sleep } from './support/sizes.js';

const { events, changes, everyMs } = sized(
  { events: 300, changes: 2, everyMs: 800 },
  { events: 4_000, changes: 12, everyMs: 5_000 },
);
const WORKERS = 3;
const TIMEOUT_MS = 400;
const webhooks = {
  timeoutMs: TIMEOUT_MS,
  leaseMs: shortestLease(TIMEOUT_MS),
  pollMs: 50,
  retryScheduleMs: [200, 200, 200],
};

let scene: Scene;
afterEach(() => scene.close());

it(
  'caps of requests in flight hold over processes that come, go and die',
  async () => {
    const caps = [1, 3, 8];
    scene = await Scene.open({ receivers: caps.length, webhooks });
    scene.receivers.respond = () => ({ status: 204, afterMs: 10 + Math.random() * 40 });
    for (const [receiver, maxConcurrency] of caps.entries()) {
      await scene.route({ tenantUid: `tenant-${receiver}`, receiver, transport: { maxConcurrency } });
    }
    await scene.startWorkers(WORKERS);
    for (const receiver of caps.keys()) await scene.emitMany(`tenant-${receiver}`, events / caps.length);
    for (let n = 0; n < changes; n += 1) {
      await sleep(everyMs);
      const victim = scene.running[n % scene.running.length]!;
      await Promise.all([n % 2 === 0 ? victim.terminate() : victim.kill(), scene.startWorker()]);
    }
    await scene.untilLog({ DELIVERED: Math.floor(events / caps.length) * caps.length }, 120_000);
    expect(caps.map((_, receiver) => scene.receivers.mostAtOnce(receiver))).toEqual(caps);
  },
  sized(60_000, 240_000),
);

const ENDS: [string, 'kill' | 'terminate'][] = [['that dies', 'kill']];
if (IS_FULL) ENDS.push(['that ends cleanly', 'terminate']);

it.each(ENDS)(
  'a rate limit holds over the change from a process %s to another',
  async (_what, end) => {
    const rateLimit = { requests: 20, perSeconds: 4 };
    scene = await Scene.open({ webhooks });
    await scene.route({ tenantUid: 'shop', receiver: 0, transport: { rateLimit } });
    const { arrivals } = scene.receivers;
    const [first] = await scene.startWorkers(1);
    await scene.emitMany('shop', 3 * rateLimit.requests);
    await eventually(() => arrivals.length >= rateLimit.requests);
    await Promise.all([first![end](), scene.startWorker()]);
    await eventually(() => arrivals.length >= 2 * rateLimit.requests, { withinMs: 30_000 });

    const at = arrivals.map((arrival) => arrival.at).sort((a, b) => a - b);
    const windows = at.slice(rateLimit.requests).map((last, index) => last - at[index]!);
    // On a busy machine, a request may arrive late, and then the window looks shorter than it was.
    expect(Math.min(...windows)).toBeGreaterThan(rateLimit.perSeconds * 1_000 - 200);
  },
  60_000,
);
