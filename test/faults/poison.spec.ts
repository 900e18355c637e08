import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { countedAttempts, endLeasesIn } from './support/lane-table.js';
import { Scene } from './support/scene.js';
import { IS_FULL, shortestLease, sized } from './support/sizes.js';

/**
 * `retryMs` is long enough for jitter to separate deliveries that crashed together, so that harmless ones arrive between two
 * crashes. In the full run, the next process begins when the leases end, so `retryMs` must be longer than a lease.
 */
const { lanes, perLane, timeoutMs, retryMs } = sized(
  { lanes: 4, perLane: 12, timeoutMs: 300, retryMs: 1_000 },
  { lanes: 20, perLane: 100, timeoutMs: 2_000, retryMs: 15_000 },
);
const POLL_MS = 50;
const DEADLY = 'the-order-that-kills';
const SOON_MS = 500;
const ATTEMPTS = 3;
/** How often the last attempt may be repeated because the process crashed. */
const MOST_REPEATS = 3;
/** Crashes before the lane runs in quarantine mode; no delivery is noted until then. */
const UNNOTED_CRASHES = 2;

const webhooks = {
  timeoutMs,
  leaseMs: shortestLease(timeoutMs),
  pollMs: POLL_MS,
  retryScheduleMs: [retryMs, retryMs],
  transportConcurrency: 4,
};
let scene: Scene;
afterEach(() => scene.close());

describe('a delivery that kills its process each time', () => {
  it(
    'fails with WORKER_CRASHED after its attempts and three repeats of the last one at most, and all others are delivered',
    async () => {
      scene = await Scene.open({ receivers: lanes, webhooks });
      // So slow that whenever a process dies there is something under way in each of its lanes.
      scene.receivers.respond = () => ({ status: 204, afterMs: timeoutMs / 4 });
      for (let n = 0; n < lanes; n += 1) await scene.route({ tenantUid: `tenant-${n}`, receiver: n });
      for (let n = 0; n < lanes; n += 1) await scene.emitMany(`tenant-${n}`, perLane / 2);
      const data = { order: { Uid: DEADLY } };
      const { eventUid } = await scene.host.emitter.emit('ORDER_SETTLED', data, { tenantUid: 'tenant-0' });
      for (let n = 0; n < lanes; n += 1) await scene.emitMany(`tenant-${n}`, perLane / 2);

      const isOver = new AbortController();
      const supervised = supervise(isOver.signal);
      const expected = { DELIVERED: lanes * perLane, 'FAILED WORKER_CRASHED': 1 };
      await scene.untilLog(expected, sized(45_000, 240_000)).finally(() => isOver.abort());
      await supervised;
      const failed = await scene.host.dataSource.query<{ id: string; event_uid: string }[]>(
        `SELECT d.id, e.event_uid FROM webhook_delivery d JOIN webhook_event e ON e.id = d.event_id WHERE d.status = 'FAILED'`,
      );
      expect(failed).toEqual([{ id: expect.anything(), event_uid: eventUid }]);
      const attempts = await countedAttempts(scene.host.dataSource);
      const ofPoison = attempts.filter(({ deliveryId }) => deliveryId === String(failed[0]!.id));
      expect(ofPoison.map(({ number }) => number)).toEqual(Array.from({ length: ATTEMPTS }, (_, n) => n + 1));
      expect(ofPoison.map(({ errorCode }) => errorCode)).toEqual(ofPoison.map(() => 'WORKER_CRASHED'));
      expect(scene.workers.length - scene.running.length).toBeLessThanOrEqual(
        UNNOTED_CRASHES + ATTEMPTS + MOST_REPEATS,
      );
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
    // The full run waits for the leases to end.
    if (!IS_FULL && !worker.isRunning) await endLeasesIn(scene.host.dataSource, -1);
  }
}

describe('stored transports that cannot be read', () => {
  it('fail only their own deliveries, with a reason', async () => {
    const damages = [
      { column: 'headers', value: '{', reason: 'TRANSPORT_UNREADABLE' },
      { column: 'signing_secrets', value: '[', reason: 'TRANSPORT_UNREADABLE' },
      { column: 'retry_schedule_seconds', value: '[1,', reason: 'TRANSPORT_UNREADABLE' },
    ];
    const healthy = damages.length;
    scene = await Scene.open({
      receivers: damages.length + 1,
      webhooks: { ...webhooks, retryScheduleMs: [SOON_MS, SOON_MS] },
    });
    const transport = { securityType: 'BEARER_TOKEN', token: 'secret' };
    for (let receiver = 0; receiver <= healthy; receiver += 1) {
      await scene.route({ tenantUid: 'shop', receiver, transport });
    }
    const worker = await scene.startWorker();
    for (const [receiver, { column, value }] of damages.entries()) {
      await scene.host.dataSource.query(
        `UPDATE webhook_http_transport SET ${column} = '${value}', version = version + 1
          WHERE http_transport_uid = '${receiver}'`,
      );
    }
    const events = await scene.emitMany('shop', 5);
    const ended = events.length * (damages.length + 1);
    await eventually(async () => {
      const { PENDING, ...others } = await scene.log();
      return PENDING === undefined && Object.values(others).reduce((sum, count) => sum + count, 0) === ended;
    });
    const rows = await scene.host.dataSource.query<{ http_transport_uid: string; reason: string | null }[]>(
      `SELECT DISTINCT t.http_transport_uid, d.reason FROM webhook_delivery d
       JOIN webhook_http_transport t ON t.id = d.transport_id ORDER BY t.http_transport_uid`,
    );
    expect(rows.map(({ reason }) => reason)).toEqual([...damages.map(({ reason }) => reason), null]);
    expect(scene.receivers.arrivals.map(({ eventUid }) => eventUid).sort()).toEqual(events.sort());
    expect(worker.isRunning).toBe(true);
  }, 30_000);
});
