import { afterEach, expect, it } from '@jest/globals';
import type { Arrival } from './support/endpoints.js';
import { Scene } from './support/scene.js';
import { shortestLease, sized, sleep } from './support/sizes.js';

const { events, kills, everyMs, slowestMs, timeoutMs } = sized(
  { events: 400, kills: 3, everyMs: 1_500, slowestMs: 400, timeoutMs: 1_500 },
  { events: 5_000, kills: 20, everyMs: 5_000, slowestMs: 800, timeoutMs: 2_000 },
);
const WORKERS = 3;
const ENDPOINTS = 20;
const POLL_MS = 100;
const CONCURRENCY = 64;
const LEASE_MS = shortestLease(timeoutMs);
/** An answer is in the database within this, also on a machine that has much else to do. */
const RECORDED_WITHIN_MS = 1_000;

let scene: Scene;
afterEach(() => scene.close());

it(
  'a storm of kill -9 loses nothing, repeats only what was under way, and sends that again in time',
  async () => {
    const webhooks = { timeoutMs, leaseMs: LEASE_MS, pollMs: POLL_MS, concurrency: CONCURRENCY };
    scene = await Scene.open({ endpoints: ENDPOINTS, webhooks });
    const { endpoints } = scene;
    endpoints.answering = () => ({ status: 204, afterMs: Math.random() * slowestMs });
    for (let n = 0; n < ENDPOINTS; n += 1) await scene.route({ tenantUid: `tenant-${n}`, endpoint: n });
    await scene.startWorkers(WORKERS);

    const killedAt = new Map<string, number>();
    const [emitted] = await Promise.all([emitSteadily(), killAtRandom(killedAt)]);
    await scene.untilLog({ DELIVERED: events }, LEASE_MS + 30_000);

    const delivered = endpoints.delivered();
    expect(emitted.filter((key) => !delivered.has(key))).toEqual([]);
    const repeats = repeatsOf(endpoints.arrivals);
    expect(repeats.length).toBeLessThanOrEqual(kills * 2 * CONCURRENCY);
    const unexplained = repeats.filter(({ first, again }) => {
      const deathAt = killedAt.get(first.sender);
      const wasUnderWay =
        deathAt !== undefined && first.at <= deathAt && first.endedAt! + RECORDED_WITHIN_MS >= deathAt;
      return !wasUnderWay || again.at > deathAt + LEASE_MS + POLL_MS + 1_000;
    });
    expect(unexplained).toEqual([]);
  },
  sized(60_000, 300_000),
);

/** Over the whole storm. @returns what has to arrive */
async function emitSteadily(): Promise<string[]> {
  const emitted: string[] = [];
  const startedAt = performance.now();
  const stormMs = kills * everyMs;
  while (emitted.length < events) {
    const due = Math.min(events, Math.ceil(((performance.now() - startedAt) / stormMs) * events));
    for (let n = emitted.length; n < due; n += 1) {
      const endpoint = n % ENDPOINTS;
      emitted.push(`${endpoint}/${await scene.emit(`tenant-${endpoint}`)}`);
    }
    await sleep(20);
  }
  return emitted;
}

/** And starts another in its place, which takes a while. */
async function killAtRandom(killedAt: Map<string, number>): Promise<void> {
  const starting: Promise<unknown>[] = [];
  for (let n = 0; n < kills; n += 1) {
    await sleep(everyMs);
    const { running } = scene;
    const victim = running[Math.floor(Math.random() * running.length)]!;
    killedAt.set(victim.name, Date.now());
    starting.push(victim.kill(), scene.startWorker());
  }
  await Promise.all(starting);
}

interface Repeat {
  readonly first: Arrival;
  readonly again: Arrival;
}

/** Each request of a delivery that was not its first, with the one before. */
function repeatsOf(arrivals: readonly Arrival[]): Repeat[] {
  const last = new Map<string, Arrival>();
  return arrivals.flatMap((again) => {
    const first = last.get(again.deliveryUid);
    last.set(again.deliveryUid, again);
    return first ? [{ first, again }] : [];
  });
}
