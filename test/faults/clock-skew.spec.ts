import { afterEach, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { eventually } from '../support/eventually.js';
import type { Arrival } from './support/receivers.js';
import { Scene } from './support/scene.js';
import { shortestLease, sized } from './support/sizes.js';

const { perReceiver } = sized({ perReceiver: 5 }, { perReceiver: 200 });
const SKEWS_MS = [0, 600_000, -600_000];
const RECEIVERS = 12;
const RETRY_MS = 1_000;
/** The receiver that responds with 503 and a date in `Retry-After` at first. */
const LATER = RECEIVERS - 1;
const LATER_MS = 3_000;
/** How much the estimates of the database's clock of two processes may differ on a busy machine, in ms. */
const UNSURE_MS = 100;
const TIMEOUT_MS = 2_000;
/** Requests in flight to one transport: the default. */
const CAP = 8;

let scene: Scene;
afterEach(() => scene.close());

it(
  'clocks that are ten minutes off cause no early or doubled retry, no invalid signature, and a warning',
  async () => {
    const webhooks = {
      timeoutMs: TIMEOUT_MS,
      leaseMs: shortestLease(TIMEOUT_MS),
      pollMs: 50,
      // The last wait is never used: it only allows a `Retry-After` of this length.
      retryScheduleMs: [RETRY_MS, RETRY_MS, 10_000],
      circuitFailures: 0,
    };
    scene = await Scene.open({ receivers: RECEIVERS, webhooks });
    const { receivers } = scene;
    let laterUntil = 0;
    receivers.respond = ({ receiver, attempt, at }) => {
      if (receiver !== LATER) return { status: attempt < 3 ? 500 : 204 };
      // From its first request on, whenever that comes.
      laterUntil ||= Math.ceil((at + LATER_MS) / 1_000) * 1_000;
      const headers = { 'retry-after': new Date(laterUntil).toUTCString() };
      return at < laterUntil - UNSURE_MS ? { status: 503, headers } : { status: 204 };
    };
    const secrets: string[] = [];
    for (let n = 0; n < RECEIVERS; n += 1)
      secrets.push(await scene.route({ tenantUid: `tenant-${n}`, receiver: n }));
    const workers = await Promise.all(
      SKEWS_MS.map((skewMs) =>
        scene.startWorker({ preload: ['skewed-clock.mjs'], env: { CLOCK_SKEW_MS: String(skewMs) } }),
      ),
    );
    for (let n = 0; n < RECEIVERS; n += 1) await scene.emitMany(`tenant-${n}`, perReceiver);
    await scene.untilLog({ DELIVERED: RECEIVERS * perReceiver }, 60_000);

    const { arrivals } = receivers;
    expect(new Set(arrivals.map(({ sender }) => sender))).toEqual(new Set(workers.map(({ name }) => name)));
    const byDelivery = new Map<string, Arrival[]>();
    for (const arrival of arrivals) {
      byDelivery.set(arrival.deliveryUid, [...(byDelivery.get(arrival.deliveryUid) ?? []), arrival]);
    }
    for (const [first, ...others] of byDelivery.values()) {
      if (first!.receiver === LATER) continue;
      expect([first, ...others].map((arrival) => arrival!.attempt)).toEqual([1, 2, 3]);
      [first!, ...others].reduce((before, next) => {
        expect(next.at - before.endedAt!).toBeGreaterThan(RETRY_MS * 0.8 - UNSURE_MS);
        return next;
      });
    }
    const atLater = arrivals.filter(({ receiver }) => receiver === LATER);
    // Requests that were in flight when the first one got its response arrive all the same.
    const tooSoon = atLater.filter(({ at }) => at < laterUntil - UNSURE_MS).slice(CAP);
    expect(tooSoon).toEqual([]);
    for (const { body, headers, receiver } of arrivals) new Webhook(secrets[receiver]!).verify(body, headers);

    for (const [n, worker] of workers.entries()) {
      const { reasons } = await worker.ask('health');
      const isSkewed = SKEWS_MS[n] !== 0;
      expect(reasons.map(({ code }) => code)).toEqual(isSkewed ? ['CLOCK_SKEW'] : []);
      await eventually(
        () => worker.log.some((line) => line.includes('10 min') || line.includes('600 s')) === isSkewed,
      );
    }
  },
  sized(60_000, 180_000),
);

it.each([600_000, -600_000])(
  'a clock that is set by %i ms while its process works causes no early or doubled retry and no invalid signature',
  async (skewMs) => {
    const webhooks = { pollMs: 50, retryScheduleMs: [RETRY_MS] };
    scene = await Scene.open({ webhooks });
    scene.receivers.respond = ({ attempt }) => ({ status: attempt === 1 ? 500 : 204 });
    const secret = await scene.route({ tenantUid: 'shop', receiver: 0 });
    const env = { CLOCK_SKEW_MS: String(skewMs), CLOCK_SKEW_LATER: 'true' };
    const worker = await scene.startWorker({ preload: ['skewed-clock.mjs'], env });
    await scene.emitMany('shop', 5);
    const { arrivals } = scene.receivers;
    await eventually(() => arrivals.length === 5);
    worker.signal();
    await scene.untilLog({ DELIVERED: 5 }, 10_000);
    expect(arrivals).toHaveLength(10);
    const firstEnd = Math.min(...arrivals.slice(0, 5).map(({ endedAt }) => endedAt!));
    expect(Math.min(...arrivals.slice(5).map(({ at }) => at))).toBeGreaterThan(
      firstEnd + RETRY_MS * 0.8 - UNSURE_MS,
    );
    for (const { body, headers } of arrivals) new Webhook(secret).verify(body, headers);
  },
  30_000,
);
