import { afterEach, describe, expect, it } from '@jest/globals';
import { ALL_DELIVERIES } from '../support/all-deliveries.js';
import { eventually } from '../support/eventually.js';
import { endLeasesIn } from './support/lane-table.js';
import { Scene } from './support/scene.js';
import { shortestLease, sized, sleep } from './support/sizes.js';

const { perReceiver, timeoutMs } = sized(
  { perReceiver: 100, timeoutMs: 500 },
  { perReceiver: 600, timeoutMs: 5_000 },
);
const RECEIVERS = 4;
const RESPONSE_DELAY_MS = 250;
const POLL_MS = 100;
const LEASE_MS = shortestLease(timeoutMs);
/** Long enough for a process that was thawed to do everything that it would do at once. */
const AWAKE_MS = 1_000;
/**
 * Maximum number of requests that a thawed process still sends: it may have been frozen in the system call that writes a request.
 * No check comes after that, so the request leaves when the process is thawed.
 */
const BEING_WRITTEN = 1;

const webhooks = { timeoutMs, leaseMs: LEASE_MS, pollMs: POLL_MS };
let scene: Scene;
afterEach(() => scene.close());

describe('a process that is frozen for longer than its lease', () => {
  it('does not change lanes that others have claimed, and starts no request on its old lease', async () => {
    scene = await Scene.open({ receivers: RECEIVERS, webhooks });
    const { receivers } = scene;
    receivers.respond = () => ({ status: 204, afterMs: RESPONSE_DELAY_MS });
    for (let n = 0; n < RECEIVERS; n += 1) await scene.route({ tenantUid: `tenant-${n}`, receiver: n });
    const zombie = await scene.startWorker();
    const emitted: string[] = [];
    for (let n = 0; n < RECEIVERS; n += 1) {
      const uids = await scene.emitMany(`tenant-${n}`, perReceiver);
      emitted.push(...uids.map((uid) => `${n}/${uid}`));
    }
    await eventually(() => Array.from({ length: RECEIVERS }).every((_, n) => receivers.openAt(n) === 8));
    zombie.freeze();
    const underWay = RECEIVERS * 8;
    const other = await scene.startWorker();
    const ofOther = () => receivers.arrivals.filter(({ sender }) => sender === other.name);
    await eventually(() => ofOther().length >= 2 * underWay, { withinMs: LEASE_MS + 10_000 });

    await eventually(async () => (await ends()).size > 0);
    const before = await ends();
    zombie.thaw();
    const thawedAt = Date.now();
    await sleep(AWAKE_MS);
    // The other process holds all lanes and has much to send, so the zombie could only send what it had read before.
    expect(receivers.arrivals.length).toBeLessThan(emitted.length);
    const ofZombie = receivers.arrivals.filter(({ sender, at }) => sender === zombie.name && at >= thawedAt);
    expect(ofZombie.length).toBeLessThanOrEqual(BEING_WRITTEN);
    const after = await ends();
    expect([...before].filter(([id, end]) => after.get(id) !== end)).toEqual([]);

    await scene.untilLog({ DELIVERED: emitted.length }, 60_000);
    const delivered = receivers.delivered();
    expect(emitted.filter((key) => !delivered.has(key))).toEqual([]);
    // The repeats are the requests that were in flight and, on a busy machine, up to the same number of requests whose responses
    // were not recorded yet.
    expect(receivers.arrivals.length - emitted.length).toBeLessThanOrEqual(2 * underWay);
    expect(zombie.isRunning).toBe(true);
  }, 60_000);

  it('sends nothing again that others have delivered before they released the lane', async () => {
    scene = await Scene.open({ receivers: RECEIVERS, webhooks });
    const { receivers } = scene;
    receivers.respond = () => ({ status: 204, afterMs: 50 });
    for (let n = 0; n < RECEIVERS; n += 1) await scene.route({ tenantUid: `tenant-${n}`, receiver: n });
    const zombie = await scene.startWorker();
    for (let n = 0; n < RECEIVERS; n += 1) await scene.emitMany(`tenant-${n}`, perReceiver);
    await eventually(() => Array.from({ length: RECEIVERS }).every((_, n) => receivers.openAt(n) > 0));
    zombie.freeze();
    const other = await scene.startWorker();
    await scene.untilLog({ DELIVERED: perReceiver * RECEIVERS }, LEASE_MS + 30_000);
    await other.terminate();

    const before = receivers.arrivals.length;
    for (let n = 0; n < RECEIVERS; n += 1) await scene.emitMany(`tenant-${n}`, 1);
    const thawedAt = Date.now();
    zombie.thaw();
    await scene.untilLog({ DELIVERED: (perReceiver + 1) * RECEIVERS }, LEASE_MS + 10_000);
    await sleep(AWAKE_MS);
    const arrivals = receivers.arrivals.slice(before);
    const isNew = (arrival: (typeof arrivals)[number]): boolean =>
      1_000 * (Number(arrival.headers['webhook-timestamp']) + 1) > thawedAt;
    expect(arrivals.filter(isNew)).toHaveLength(RECEIVERS);
    expect(arrivals.length - RECEIVERS).toBeLessThanOrEqual(BEING_WRITTEN);
  }, 60_000);

  it('reports nothing about transports that others deliver to: no failure, no 410, no Retry-After', async () => {
    const responses = [
      { status: 500 },
      { status: 410 },
      { status: 503, headers: { 'retry-after': '60' } },
      { status: 404 },
    ];
    // The default deadline is ten seconds, so the zombie reads its responses before its requests time out.
    scene = await Scene.open({ receivers: responses.length, webhooks: { circuitFailures: 5 } });
    const { receivers } = scene;
    const zombie = await scene.startWorker();
    // Responses to the zombie arrive while it is frozen and wait in its sockets.
    receivers.respond = ({ receiver, sender }) =>
      sender === zombie.name ? { ...responses[receiver]!, afterMs: RESPONSE_DELAY_MS } : { status: 204 };
    for (let n = 0; n < responses.length; n += 1)
      await scene.route({ tenantUid: `tenant-${n}`, receiver: n });
    for (let n = 0; n < responses.length; n += 1) await scene.emitMany(`tenant-${n}`, 20);
    await eventually(() => responses.every((_, n) => receivers.openAt(n) > 0));
    zombie.freeze();
    await endLeasesIn(scene.host.dataSource, -1);
    await scene.startWorker();
    await scene.untilLog({ DELIVERED: 20 * responses.length }, 6_000);
    const transports = () =>
      scene.host.dataSource.query<object[]>(
        'SELECT state, failing_since FROM webhook_http_transport ORDER BY id',
      );
    const healthy = responses.map(() => ({ state: 'ACTIVE', failing_since: null }));
    expect(await transports()).toEqual(healthy);

    zombie.thaw();
    await sleep(AWAKE_MS);
    const orphaned = await scene.host.dataSource.query<object[]>(
      `SELECT DISTINCT deliveries.tenant_id FROM webhook_attempt a JOIN ${ALL_DELIVERIES} ON deliveries.id = a.delivery_id WHERE a.orphaned`,
    );
    expect(orphaned).toHaveLength(responses.length);
    expect(await transports()).toEqual(healthy);
    await zombie.kill();
    for (let n = 0; n < responses.length; n += 1) await scene.emit(`tenant-${n}`);
    await scene.untilLog({ DELIVERED: 21 * responses.length }, 5_000);
  }, 60_000);
});

/** The end of each delivery that has ended, by its id: status, attempts and time. */
async function ends(): Promise<Map<string, string>> {
  const rows = await scene.host.dataSource.query<{ id: string }[]>(
    'SELECT id, status, attempts, finished_at FROM webhook_delivery',
  );
  return new Map(rows.map((row) => [row.id, JSON.stringify(row)]));
}
