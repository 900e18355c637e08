import { afterEach, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Scene } from './support/scene.js';
import { shortestLease, sized, sleep } from './support/sizes.js';

const { perReceiver } = sized({ perReceiver: 80 }, { perReceiver: 400 });
const HEALTHY = 10;
/** The receiver that never responds. */
const SILENT = HEALTHY;
const AT_ONCE = 4;
const POLL_MS = 100;
const TIMEOUT_MS = 8_000;
const DRAIN_MS = 1_500;
/** How long a signal may take to be noticed on a busy machine. */
const NOTICED_MS = 500;

let scene: Scene;
afterEach(() => scene.close());

it(
  'SIGTERM under load starts no request, records what can finish, leaves the rest to others at once, and exits with 0',
  async () => {
    const webhooks = {
      timeoutMs: TIMEOUT_MS,
      leaseMs: shortestLease(TIMEOUT_MS),
      pollMs: POLL_MS,
      drainTimeoutMs: DRAIN_MS,
      transportConcurrency: AT_ONCE,
    };
    scene = await Scene.open({ receivers: HEALTHY + 1, webhooks });
    const { receivers } = scene;
    receivers.respond = ({ receiver }) =>
      receiver === SILENT ? 'never' : { status: 204, afterMs: 200 + Math.random() * 400 };
    const emitted: string[] = [];
    for (let n = 0; n <= HEALTHY; n += 1) await scene.route({ tenantUid: `tenant-${n}`, receiver: n });
    const stopped = await scene.startWorker();
    for (let n = 0; n < HEALTHY; n += 1) {
      const uids = await scene.emitMany(`tenant-${n}`, perReceiver);
      emitted.push(...uids.map((uid) => `${n}/${uid}`));
    }
    const silent = await scene.emitMany(`tenant-${SILENT}`, AT_ONCE);
    await eventually(() => receivers.openAt(SILENT) === AT_ONCE);
    const other = await scene.startWorker();
    const of = (sender: string) => receivers.arrivals.filter((arrival) => arrival.sender === sender);
    expect(of(other.name)).toEqual([]);

    const signalAt = Date.now();
    const end = await stopped.terminate();
    const exitedAt = Date.now();
    expect(end).toEqual({ exitCode: 0, signal: null });
    expect(exitedAt - signalAt).toBeLessThan(DRAIN_MS + 1_000);
    expect(of(stopped.name).filter(({ at }) => at > signalAt + NOTICED_MS)).toEqual([]);

    // Others take over well before the leases would end.
    await sleep(signalAt + DRAIN_MS + POLL_MS + 1_000 - Date.now());
    const takenOver = new Set(of(other.name).map(({ receiver }) => receiver));
    expect(takenOver).toEqual(new Set(Array.from({ length: HEALTHY + 1 }, (_, n) => n)));
    const again = of(other.name).filter(({ receiver }) => receiver === SILENT);
    expect(again.map(({ eventUid }) => eventUid).sort()).toEqual(silent.sort());

    receivers.respond = () => ({ status: 204 });
    await eventually(async () => (await scene.log()).DELIVERED! >= emitted.length, { withinMs: 60_000 });
    const arrived = receivers.arrivals.filter(({ receiver }) => receiver !== SILENT);
    expect(arrived.map(({ receiver, eventUid }) => `${receiver}/${eventUid}`).sort()).toEqual(emitted.sort());
  },
  sized(60_000, 120_000),
);

/** A lane that is held for longer than this is scanned from the head again. */
const HEAD_AGAIN_MS = 10_000;

it('SIGTERM exits with 0 in time after a lane was held for so long that it was scanned from the head again', async () => {
  scene = await Scene.open({ webhooks: { drainTimeoutMs: DRAIN_MS } });
  await scene.route({ tenantUid: 'shop', receiver: 0, transport: { timeoutMs: 30_000 } });
  // The first request keeps the lane from being released; each later event has it scanned.
  scene.receivers.respond = () => (scene.receivers.arrivals.length === 1 ? 'never' : { status: 204 });
  const worker = await scene.startWorker();
  let emitted = 0;
  for (const startedAt = Date.now(); Date.now() < startedAt + HEAD_AGAIN_MS + 2_000; emitted += 1) {
    await scene.emit('shop');
    await sleep(250);
  }
  const signalAt = Date.now();
  expect(await worker.terminate()).toEqual({ exitCode: 0, signal: null });
  expect(Date.now() - signalAt).toBeLessThan(DRAIN_MS + 1_000);
  await scene.startWorker();
  await scene.untilLog({ DELIVERED: emitted }, 20_000);
}, 60_000);
