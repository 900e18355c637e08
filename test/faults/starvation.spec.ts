import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { expectAtMost, percentile, worst } from './support/figures.js';
import { HealthyTenants, named } from './support/healthy-tenants.js';
import { LateLanes } from './support/late-lanes.js';
import type { Arrival } from './support/receivers.js';
import { Scene, type RouteSettings } from './support/scene.js';
import { IS_FULL, onThisMachine, sized, sleep } from './support/sizes.js';

/** Default options at full size. The short run has fewer slots and lanes, and a shorter lease for the killed holder. */
const { webhooks, concurrency, leaseMs, phaseMs } = sized(
  {
    webhooks: { concurrency: 32, timeoutMs: 3_000, leaseMs: 8_000 },
    concurrency: 32,
    leaseMs: 8_000,
    phaseMs: 6_000,
  },
  { webhooks: {}, concurrency: 64, leaseMs: 30_000, phaseMs: 40_000 },
);
/** More transports than all processes can hold lanes for: four times their slots. */
const SIZES = sized(
  [
    { tenants: 2, transports: 100, workers: 1 },
    { tenants: 6, transports: 60, workers: 1 },
    { tenants: 3, transports: 100, workers: 2 },
  ],
  [
    { tenants: 2, transports: 300, workers: 1 },
    { tenants: 6, transports: 200, workers: 1 },
    { tenants: 3, transports: 250, workers: 2 },
  ],
);
const HANGING_TIMEOUT_MS = 30_000;
/** Number of events of each hanging tenant. Each goes to all of its transports. */
const EVENTS = 3;
const PROMISED_LATE_MS = 3_000;
const PROMISED_P95_MS = 500;

/** How the processes that deliver find the lanes of the hanging transports. */
const WAYS = ['by polling', 'through notifications'] as const;
/** The short run takes one way for each size. */
const CASES = SIZES.flatMap((size, n) => (IS_FULL ? WAYS : [WAYS[n % 2]!]).map((way) => ({ ...size, way })));

const HEALTHY = { steady: named('steady', 6), retrying: named('retrying', 4) };
/** First receivers of the late lanes and of the hanging transports, after those of the healthy tenants. */
const LATE = HEALTHY.steady.length + HEALTHY.retrying.length;
const HANGING = LATE + LateLanes.RECEIVERS;

let scene: Scene;
afterEach(() => scene.close());

describe.each(CASES)(
  'healthy tenants, while $tenants others have $transports hanging transports each, with $workers process(es)',
  ({ tenants, transports, workers, way }) => {
    it(
      `get in time both first attempts and everything that falls due, if the hanging lanes are found ${way}`,
      async () => {
        scene = await Scene.open({ receivers: HANGING + tenants * transports, webhooks });
        const { receivers } = scene;
        receivers.respond = (arrival: Arrival) =>
          healthy.respond(arrival) ?? lateLanes.respond(arrival) ?? 'never';
        const healthy = new HealthyTenants({ firstReceiver: 0, ...HEALTHY });
        const lateLanes = new LateLanes(scene, { firstReceiver: LATE, leaseMs });
        const hanging = named('hanging', tenants);
        await healthy.route(scene);
        await lateLanes.route();
        await scene.routeAll(routesTo(hanging, transports));

        await lateLanes.killHolder();
        if (way === 'by polling') {
          await scene.fanOutOnly(tenants * transports * EVENTS, () =>
            Promise.all(hanging.map((tenantUid) => scene.emitMany(tenantUid, EVENTS))),
          );
        }
        const processes = await scene.startWorkers(workers);
        if (way === 'through notifications') {
          await Promise.all(
            hanging.map((tenantUid, n) => processes[n % workers]!.ask('emitMany', tenantUid, EVENTS)),
          );
        }
        await eventually(() => receivers.openFrom(HANGING) >= (concurrency * workers) / 2, {
          what: 'the hanging transports to have at least half of the slots',
        });
        // Time to claim all further lanes that a process may hold.
        await sleep(1_000);

        let turn = 0;
        const emit = (tenantUid: string) => processes[(turn += 1) % workers]!.ask('emit', tenantUid);
        const [{ firstAttemptsMs, retriesLateMs }, late] = await Promise.all([
          healthy.run(phaseMs, emit),
          lateLanes.run(emit),
        ]);
        expectAtMost({
          'first attempts, p95 in ms': [percentile(firstAttemptsMs, 95), onThisMachine(PROMISED_P95_MS)],
          'retries, ms late': [worst(retriesLateMs), onThisMachine(PROMISED_LATE_MS)],
          'lane of a killed holder, ms late': [late.killedHolder, onThisMachine(PROMISED_LATE_MS)],
          'resumed transport, ms late': [late.resumed, onThisMachine(PROMISED_LATE_MS)],
          'transport after its Retry-After, ms late': [late.retryAfter, onThisMachine(PROMISED_LATE_MS)],
        });
        // The hanging transports did get their share.
        expect(receivers.openFrom(HANGING)).toBeGreaterThanOrEqual((concurrency * workers) / 2);
      },
      sized(60_000, 240_000),
    );
  },
);

function routesTo(tenantUids: readonly string[], transports: number): RouteSettings[] {
  return tenantUids.flatMap((tenantUid, tenant) =>
    Array.from({ length: transports }, (_, n) => ({
      tenantUid,
      receiver: HANGING + tenant * transports + n,
      transport: { timeoutMs: HANGING_TIMEOUT_MS },
    })),
  );
}
