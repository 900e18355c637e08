import { afterEach, describe, expect, it } from '@jest/globals';
import { createDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { DATABASE_KINDS, type DatabaseKind } from '../support/test-database.js';
import { endLeasesIn, lanesOf } from './support/lane-table.js';
import { Scene } from './support/scene.js';
import { shortestLease, sized, sleep } from './support/sizes.js';

const { receivers, perReceiver } = sized(
  { receivers: 3, perReceiver: 4 },
  { receivers: 12, perReceiver: 50 },
);
const DAY_MS = 24 * 60 * 60 * 1_000;
/** Time for a claim or a sweep on a busy machine. */
const SOON_MS = 6_000;

let scene: Scene;
afterEach(() => scene.close());

const open = async (kind: DatabaseKind, webhooks = {}): Promise<void> => {
  scene = await Scene.open({ database: await createDatabase(kind), receivers, webhooks });
  for (let n = 0; n < receivers; n += 1) await scene.route({ tenantUid: `tenant-${n}`, receiver: n });
};
const emit = async (count: number): Promise<void> => {
  for (let n = 0; n < receivers; n += 1) await scene.emitMany(`tenant-${n}`, count);
};
const allHold = (): boolean =>
  Array.from({ length: receivers }).every((_, n) => scene.receivers.openAt(n) > 0);

describe('lanes of a process that was killed, after a clock was set back by a day', () => {
  /** The clock of the killed process is a day ahead. For all processes that follow, the clock was set back. */
  const killOneThatIsADayAhead = async (): Promise<void> => {
    scene.receivers.respond = () => 'never';
    const env = { CLOCK_SKEW_MS: String(DAY_MS) };
    const worker = await scene.startWorker({ preload: ['skewed-clock.mjs'], env });
    await emit(1);
    await eventually(allHold);
    await worker.kill();
    scene.receivers.respond = () => ({ status: 204 });
  };

  it('are claimed within seconds on SQLite, where the clock is the machine’s', async () => {
    await open('sqlite');
    await killOneThatIsADayAhead();
    await emit(perReceiver);
    await scene.startWorker();
    const newOnes = () => scene.receivers.delivered().size >= receivers * perReceiver;
    await eventually(newOnes, { what: 'what was emitted since to arrive', withinMs: SOON_MS });
  }, 30_000);

  it('send on SQLite within seconds also what was due before the clock was set back', async () => {
    await open('sqlite');
    await killOneThatIsADayAhead();
    await scene.startWorker();
    await scene.untilLog({ DELIVERED: receivers }, SOON_MS);
  }, 30_000);

  it('are claimed within seconds on PostgreSQL, where the clock is the server’s', async () => {
    await open('postgres');
    scene.receivers.respond = () => 'never';
    const worker = await scene.startWorker();
    await emit(perReceiver);
    await eventually(allHold);
    await worker.kill();
    scene.receivers.respond = () => ({ status: 204 });
    // The leases look like this after the server's clock was set back.
    await endLeasesIn(scene.host.dataSource, DAY_MS);
    await scene.startWorker();
    await scene.untilLog({ DELIVERED: receivers * perReceiver }, SOON_MS);
  }, 30_000);
});

it('a lane whose holder is alive is not claimed by another process', async () => {
  await open('postgres');
  scene.receivers.respond = () => 'never';
  const holder = await scene.startWorker();
  await emit(1);
  await eventually(allHold);
  await scene.startWorker();
  await sleep(2_000);
  expect(new Set(scene.receivers.arrivals.map(({ sender }) => sender))).toEqual(new Set([holder.name]));
  expect((await lanesOf(scene.host.dataSource)).map(({ leaseToken }) => leaseToken)).toEqual(
    Array.from({ length: receivers }, () => 1),
  );
}, 30_000);

describe.each(DATABASE_KINDS)('a clock that is set forward twice on %s', (kind) => {
  const TIMEOUT_MS = 8_000;
  const LEASE_MS = shortestLease(TIMEOUT_MS);
  /** A lease is renewed after a third of its time; the rest is for a busy machine. */
  const RENEWED_WITHIN_MS = LEASE_MS / 3 + 1_000;

  it('leaves no lane of living processes in quarantine mode', async () => {
    await open(kind, { timeoutMs: TIMEOUT_MS, leaseMs: LEASE_MS });
    scene.receivers.respond = () => 'never';
    await scene.startWorkers(2);
    await emit(perReceiver);
    await eventually(allHold);
    for (let n = 0; n < 2; n += 1) {
      const before = await lanesOf(scene.host.dataSource);
      // The leases look like this after the clock was set forward.
      await endLeasesIn(scene.host.dataSource, -1);
      const areClaimed = async (): Promise<boolean> =>
        (await lanesOf(scene.host.dataSource)).every(
          ({ leaseToken }, lane) => leaseToken > before[lane]!.leaseToken,
        );
      await eventually(areClaimed, { what: 'all lanes to be claimed anew' });
    }
    await eventually(
      async () => (await lanesOf(scene.host.dataSource)).every(({ crashes }) => crashes === 0),
      { what: 'no crashes to be counted', withinMs: RENEWED_WITHIN_MS },
    );
    const isHeld = (await lanesOf(scene.host.dataSource)).map(({ holder }) => holder !== null);
    expect(isHeld).toEqual(isHeld.map(() => true));
  }, 60_000);
});
