import { afterEach, describe, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { expectAtMost, percentile, worst } from './support/figures.js';
import { forEachOf } from './support/for-each-of.js';
import { HealthyTenants, named } from './support/healthy-tenants.js';
import { Scene } from './support/scene.js';
import { IS_FULL, onThisMachine, sized, sleep } from './support/sizes.js';

/** Default options at full size. The short run has fewer slots, and four lanes for each. */
const { webhooks, concurrency, sizes, phaseMs } = sized(
  { webhooks: { concurrency: 24 }, concurrency: 24, sizes: [60, 150], phaseMs: 5_000 },
  { webhooks: {}, concurrency: 64, sizes: [150, 1_000], phaseMs: 30_000 },
);
const ALL = sizes.flatMap((tenants) => [1, 3].map((origins) => ({ tenants, origins })));
const CASES = IS_FULL ? ALL : [ALL[0]!, ALL.at(-1)!];
/** Number of events of each tenant with a hanging receiver. */
const EVENTS = 3;
const PROMISED_LATE_MS = 3_000;
const PROMISED_P95_MS = 100;
const PROMISED_MIXED_P95_MS = 500;

let scene: Scene;
afterEach(() => scene.close());

describe.each(CASES)('while $tenants tenants send to $origins hanging origin(s)', ({ tenants, origins }) => {
  const hanging = named('hanging', tenants);
  const healthy = new HealthyTenants({
    firstReceiver: origins,
    steady: named('steady', 6),
    retrying: named('retrying', 4),
  });

  const open = async (receivers: number): Promise<void> => {
    scene = await Scene.open({ receivers, webhooks });
    scene.receivers.respond = (arrival) => healthy.respond(arrival) ?? 'never';
    await healthy.route(scene);
    await scene.routeAll(hanging.map((tenantUid, n) => ({ tenantUid, receiver: n % origins })));
  };
  const hang = async () => {
    const worker = await scene.startWorker();
    await forEachOf(hanging, 8, (tenantUid) => worker.ask('emitMany', tenantUid, EVENTS));
    const openRequests = () => scene.receivers.openFrom(0);
    await eventually(() => openRequests() >= concurrency / 2, { what: 'half of the slots to be in use' });
    // Time to claim all further lanes that a process may hold.
    await sleep(1_000);
    return (tenantUid: string) => worker.ask('emit', tenantUid);
  };

  it(
    'first attempts of others take a tenth of a second, and their retries are at most three seconds late',
    async () => {
      await open(origins + 10);
      const { firstAttemptsMs, retriesLateMs } = await healthy.run(phaseMs, await hang());
      expectAtMost({
        'first attempts, p95 in ms': [percentile(firstAttemptsMs, 95), onThisMachine(PROMISED_P95_MS)],
        'retries, ms late': [worst(retriesLateMs), onThisMachine(PROMISED_LATE_MS)],
      });
    },
    sized(60_000, 180_000),
  );

  if (origins > 1) return;
  it(
    'a tenant that sends there, too, gets first attempts to its healthy receiver within half a second',
    async () => {
      await open(origins + 15);
      const mixed = new HealthyTenants({ firstReceiver: origins + 10, steady: hanging.slice(0, 5) });
      scene.receivers.respond = (arrival) => mixed.respond(arrival) ?? 'never';
      await mixed.route(scene);
      const { firstAttemptsMs } = await mixed.run(phaseMs, await hang());
      expectAtMost({
        'first attempts, p95 in ms': [percentile(firstAttemptsMs, 95), onThisMachine(PROMISED_MIXED_P95_MS)],
      });
    },
    sized(60_000, 180_000),
  );
});
