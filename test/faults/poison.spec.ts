import { afterEach, describe, expect, it } from '@jest/globals';
import { Scene } from './support/scene.js';
import { shortestLease, sized } from './support/sizes.js';

const { lanes, perLane, timeoutMs } = sized(
  { lanes: 4, perLane: 12, timeoutMs: 500 },
  { lanes: 20, perLane: 100, timeoutMs: 2_000 },
);
const POLL_MS = 50;
const DEADLY = 'the-order-that-kills';

const webhooks = { timeoutMs, leaseMs: shortestLease(timeoutMs), pollMs: POLL_MS };
let scene: Scene;
afterEach(() => scene.close());

describe('a delivery that kills its process each time', () => {
  it(
    'alone ends FAILED with WORKER_CRASHED, and all others are delivered',
    async () => {
      scene = await Scene.open({ endpoints: lanes, webhooks });
      // So slow that whenever a process dies there is something under way in each of its lanes.
      scene.endpoints.answering = () => ({ status: 204, afterMs: timeoutMs / 4 });
      for (let n = 0; n < lanes; n += 1) await scene.route({ tenantUid: `tenant-${n}`, endpoint: n });
      for (let n = 0; n < lanes; n += 1) await scene.emitMany(`tenant-${n}`, perLane / 2);
      const data = { order: { Uid: DEADLY } };
      const { eventUid } = await scene.host.emitter.emit('ORDER_SETTLED', data, { tenantUid: 'tenant-0' });
      for (let n = 0; n < lanes; n += 1) await scene.emitMany(`tenant-${n}`, perLane / 2);

      const isOver = new AbortController();
      const supervised = supervise(isOver.signal);
      const expected = { DELIVERED: lanes * perLane, 'FAILED WORKER_CRASHED': 1 };
      await scene.untilLog(expected, sized(45_000, 240_000)).finally(() => isOver.abort());
      await supervised;
      const failed = await scene.host.dataSource.query<object[]>(
        `SELECT e.event_uid FROM webhook_delivery d JOIN webhook_event e ON e.id = d.event_id WHERE d.status = 'FAILED'`,
      );
      expect(failed).toEqual([{ event_uid: eventUid }]);
      // A handful of processes have died of it, not ever more of them.
      expect(scene.workers.length - scene.running.length).toBeLessThanOrEqual(5);
    },
    sized(60_000, 300_000),
  );
});

/** Keeps one process running, as an orchestrator does. */
async function supervise(signal: AbortSignal): Promise<void> {
  const isOver = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  const settings = { preload: ['deadly-bytes.mjs'], env: { DEADLY_BYTES: DEADLY } };
  while (!signal.aborted) {
    const worker = await scene.startWorker(settings);
    await Promise.race([worker.ended, isOver]);
  }
}

describe('a stored transport that cannot be read', () => {
  it.each([
    ['headers that are no JSON', "headers = '{'", 'TRANSPORT_UNREADABLE'],
    ['signing secrets that are no JSON', "signing_secrets = '['", 'TRANSPORT_UNREADABLE'],
    ['a retry schedule that is no JSON', "retry_schedule_seconds = '[1,'", 'TRANSPORT_UNREADABLE'],
    [
      'a token sealed with an unknown key',
      "security_type = 'BEARER_TOKEN', token = 'v1:k9:AAAA'",
      'SECRET_UNREADABLE',
    ],
  ])('fails its own deliveries and nobody else’s: %s', async (_what, damage, reason) => {
    scene = await Scene.open({ endpoints: 3, webhooks });
    for (let n = 0; n < 3; n += 1) await scene.route({ tenantUid: 'shop', endpoint: n });
    const worker = await scene.startWorker();
    await scene.host.dataSource.query(
      `UPDATE webhook_http_transport SET ${damage}, version = version + 1 WHERE http_transport_uid = '1'`,
    );
    await scene.emitMany('shop', 5);
    await scene.untilLog({ DELIVERED: 10, [`FAILED ${reason}`]: 5 }, 10_000);
    expect(worker.isRunning).toBe(true);
  });
});
