import { afterEach, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { OperatorClient } from '../support/operator-client.js';
import { keyOf } from './support/receivers.js';
import { Scene } from './support/scene.js';
import { sized, sleep } from './support/sizes.js';

const { perReceiver, stoppedMs, rounds } = sized(
  { perReceiver: 300, stoppedMs: 2_000, rounds: 2 },
  { perReceiver: 4_000, stoppedMs: 10_000, rounds: 5 },
);
const WORKERS = 3;
const RECEIVERS = 12;
const PROMISED_MS = 1_000;
/** A receiver that hangs has requests in flight, which are aborted. */
const HANGING = RECEIVERS;

let scene: Scene;
afterEach(() => scene.close());

it(
  'no process starts a request later than a second after a stop; a resume sends everything once',
  async () => {
    scene = await Scene.open({ receivers: RECEIVERS + 1, webhooks: { concurrency: 16 } });
    const { receivers, host } = scene;
    const operator = new OperatorClient(host.url);
    let isHanging = true;
    receivers.respond = ({ receiver }) =>
      receiver === HANGING && isHanging ? 'never' : { status: 204, afterMs: 30 };
    const routes = Array.from({ length: RECEIVERS + 1 }, (_, receiver) => ({
      tenantUid: receiver === HANGING ? 'slow' : 'shop',
      receiver,
    }));
    await scene.routeAll(routes);
    // One of them polls rarely, so that it finds out only by wake-ups and work checks.
    await Promise.all([scene.startWorkers(WORKERS - 1), scene.startWorker({ webhooks: { pollMs: 60_000 } })]);
    const emitted = perReceiver * RECEIVERS + 5;
    await scene.emitMany('slow', 5);
    await scene.emitMany('shop', perReceiver);

    for (let round = 0; round < rounds; round += 1) {
      const before = receivers.arrivals.length;
      await eventually(() => receivers.arrivals.length > before + 100, { withinMs: 20_000 });
      const stopped = await operator.post('/stop', { reason: `Round ${round}` });
      expect(stopped.status).toBe(200);
      const stoppedAt = Date.now();
      await sleep(stoppedMs);
      const late = receivers.arrivals.filter(({ at }) => at > stoppedAt + PROMISED_MS);
      expect(late.map(({ at, sender }) => [sender, at - stoppedAt])).toEqual([]);
      expect(receivers.openFrom(0)).toBe(0);
      const reports = await Promise.all(scene.running.map((worker) => worker.ask('health')));
      for (const { worker } of reports)
        expect(worker).toMatchObject({ heldBy: ['STOPPED_BY_OPERATOR'], inFlight: 0 });
      if (round === 0) expect(receivers.arrivals.length).toBeLessThan(emitted);
      // A process that starts meanwhile sends nothing either.
      if (round === 0) {
        const seen = receivers.arrivals.length;
        await scene.startWorker();
        await sleep(PROMISED_MS);
        expect(receivers.arrivals).toHaveLength(seen);
      }
      if (round === rounds - 1) isHanging = false;
      await operator.post('/resume');
    }
    await scene.untilLog({ DELIVERED: emitted }, sized(60_000, 240_000));
    const delivered = receivers.delivered();
    expect(delivered.size).toBe(emitted);
    // A response that had arrived was recorded. Only requests in flight were sent again.
    const repeated = [...delivered.values()].filter((arrivals) => arrivals.length > 1);
    expect(repeated.map(([first]) => keyOf(first!))).toEqual([]);
    for (const { attempt } of receivers.arrivals) expect(attempt).toBe(1);
  },
  sized(120_000, 400_000),
);
