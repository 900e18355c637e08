import { afterEach, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { percentile } from './support/figures.js';
import { Scene } from './support/scene.js';
import { sized, sleep } from './support/sizes.js';

const { silent, events, phaseMs } = sized(
  { silent: 20, events: 100, phaseMs: 3_000 },
  { silent: 50, events: 5_000, phaseMs: 30_000 },
);
const WORKERS = 2;
const HEALTHY = 20;
const PER_SECOND = 50;
const CAP = 8;
const SILENT_TENANT = 'silent';

let scene: Scene;
afterEach(() => scene.close());

it(
  'a tenant whose receivers never respond does not delay the others, and keeps to its caps',
  async () => {
    scene = await Scene.open({ receivers: HEALTHY + silent, webhooks: { transportConcurrency: CAP } });
    const { receivers } = scene;
    receivers.respond = ({ receiver }) => (receiver < HEALTHY ? { status: 204, afterMs: 5 } : 'never');
    for (let n = 0; n < HEALTHY; n += 1) await scene.route({ tenantUid: `tenant-${n}`, receiver: n });
    for (let n = 0; n < silent; n += 1) {
      await scene.route({ tenantUid: SILENT_TENANT, receiver: HEALTHY + n });
    }
    await scene.startWorkers(WORKERS);

    await emitSteadily(1_000);
    const calm = await latenciesOf(await emitSteadily(phaseMs));
    const [committed] = await Promise.all([emitSteadily(phaseMs), scene.emitMany(SILENT_TENANT, events)]);
    const disturbed = await latenciesOf(committed);

    expect(calm).toHaveLength(committed.size);
    expect(disturbed).toHaveLength(committed.size);
    expect(percentile(disturbed, 95)).toBeLessThanOrEqual(Math.max(1.5 * percentile(calm, 95), 500));
    expect(percentile(disturbed, 99)).toBeLessThanOrEqual(2_000);
    const atOnce = Array.from({ length: silent }, (_, n) => receivers.mostAtOnce(HEALTHY + n));
    expect(Math.max(...atOnce)).toBeLessThanOrEqual(CAP);
    // The silent tenant got its share, too: the slots that are not reserved for others.
    expect(atOnce.filter((most) => most > 0).length).toBeGreaterThan(silent / 4);
  },
  sized(60_000, 180_000),
);

/** Emits events of the healthy tenants in turn. @returns when each event was committed */
async function emitSteadily(forMs: number): Promise<Map<string, number>> {
  const committed = new Map<string, number>();
  const startedAt = performance.now();
  const count = (forMs / 1_000) * PER_SECOND;
  for (let n = 0; n < count; n += 1) {
    await sleep(startedAt + (n * 1_000) / PER_SECOND - performance.now());
    committed.set(await scene.emit(`tenant-${n % HEALTHY}`), Date.now());
  }
  return committed;
}

/** From commit to arrival in ms. */
async function latenciesOf(committed: ReadonlyMap<string, number>): Promise<number[]> {
  const arrived = () => scene.receivers.arrivals.filter(({ eventUid }) => committed.has(eventUid));
  await eventually(() => arrived().length >= committed.size, { what: 'all to arrive' });
  return arrived().map(({ eventUid, at }) => at - committed.get(eventUid)!);
}
