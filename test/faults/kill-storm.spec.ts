import { afterEach, expect, it } from '@jest/globals';
import { keyOf, type Arrival } from './support/receivers.js';
import { Scene } from './support/scene.js';
import { shortestLease, sized, sleep } from './support/sizes.js';

// No delivery is hit by two kills. In the short run, all kills come before the first lease can end. In the full run, each comes
// only when the leases of the previously killed process have ended.
const { events, kills, everyMs, slowestMs, againWithinMs } = sized(
  // A short run shares the machine with other tests.
  { events: 400, kills: 3, everyMs: 800, slowestMs: 400, againWithinMs: 3_000 },
  { events: 5_000, kills: 20, everyMs: 5_500, slowestMs: 800, againWithinMs: 1_000 },
);
const TIMEOUT_MS = 1_000;
const WORKERS = 3;
const RECEIVERS = 20;
const POLL_MS = 100;
const CONCURRENCY = 64;
const LEASE_MS = shortestLease(TIMEOUT_MS);
/** A response is recorded within this time, also on a busy machine. */
const RECORDED_WITHIN_MS = 1_000;
/** How long after the death of its sender a request may still arrive, in ms. */
const NOTICED_MS = 500;

let scene: Scene;
afterEach(() => scene.close());

it(
  'a storm of kill -9 loses nothing, repeats only what was under way, and sends that again in time',
  async () => {
    const webhooks = {
      timeoutMs: TIMEOUT_MS,
      leaseMs: LEASE_MS,
      pollMs: POLL_MS,
      concurrency: CONCURRENCY,
      retryScheduleMs: [200, 200, 200],
    };
    scene = await Scene.open({ receivers: RECEIVERS, webhooks });
    const { receivers } = scene;
    receivers.respond = () => ({ status: 204, afterMs: Math.random() * slowestMs });
    for (let n = 0; n < RECEIVERS; n += 1) await scene.route({ tenantUid: `tenant-${n}`, receiver: n });
    await scene.startWorkers(WORKERS);

    const killedAt = new Map<string, number>();
    const [emitted] = await Promise.all([emitSteadily(), killAtRandom(killedAt)]);
    await scene.untilLog({ DELIVERED: events }, LEASE_MS + 30_000);

    const delivered = receivers.delivered();
    expect(emitted.filter((key) => !delivered.has(key))).toEqual([]);
    const repeats = repeatsOf(receivers.arrivals);
    expect(repeats.length).toBeLessThanOrEqual(kills * 2 * CONCURRENCY);
    const unexplained = repeats.flatMap(({ first, again }) => {
      const deathAt = killedAt.get(first.sender) ?? Infinity;
      const recordedWithinMs = deathAt - first.endedAt!;
      const againAfterMs = again.at - deathAt;
      const isExplained =
        first.at <= deathAt + NOTICED_MS &&
        recordedWithinMs <= RECORDED_WITHIN_MS &&
        againAfterMs <= LEASE_MS + POLL_MS + againWithinMs;
      return isExplained
        ? []
        : [{ event: keyOf(first), sender: first.sender, recordedWithinMs, againAfterMs }];
    });
    expect(unexplained).toEqual([]);
  },
  sized(60_000, 300_000),
);

/** Emits at a steady rate while processes are killed. @returns the events, all of which must be delivered: `receiver/event` */
async function emitSteadily(): Promise<string[]> {
  const emitted: string[] = [];
  const startedAt = performance.now();
  const stormMs = kills * everyMs;
  while (emitted.length < events) {
    const due = Math.min(events, Math.ceil(((performance.now() - startedAt) / stormMs) * events));
    for (let n = emitted.length; n < due; n += 1) {
      const receiver = n % RECEIVERS;
      emitted.push(`${receiver}/${await scene.emit(`tenant-${receiver}`)}`);
    }
    await sleep(20);
  }
  return emitted;
}

/** Kills a random process every `everyMs`, and starts another in its place. */
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

/** Each request that repeats an attempt, with the request before it. A retry is a new attempt, and not a repeat. */
function repeatsOf(arrivals: readonly Arrival[]): Repeat[] {
  const last = new Map<string, Arrival>();
  return arrivals.flatMap((again) => {
    const attempt = `${again.deliveryUid}/${again.attempt}`;
    const first = last.get(attempt);
    last.set(attempt, again);
    return first ? [{ first, again }] : [];
  });
}
