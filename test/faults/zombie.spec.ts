import { afterEach, describe, expect, it } from '@jest/globals';
import { ALL_DELIVERIES } from '../support/all-deliveries.js';
import { eventually } from '../support/eventually.js';
import { endLeasesIn } from './support/lane-table.js';
import { Scene } from './support/scene.js';
import { shortestLease, sized, sleep } from './support/sizes.js';

const { perEndpoint, timeoutMs } = sized(
  { perEndpoint: 100, timeoutMs: 500 },
  { perEndpoint: 600, timeoutMs: 5_000 },
);
const ENDPOINTS = 4;
const RESPONSE_DELAY_MS = 250;
const POLL_MS = 100;
const LEASE_MS = shortestLease(timeoutMs);
/** Long enough for a process that has been woken to do all it would do at once. */
const AWAKE_MS = 1_000;
/** A process may be frozen in the system call that writes a request. No check comes after that, so it ends when the process is thawed. */
const BEING_WRITTEN = 1;

const webhooks = { timeoutMs, leaseMs: LEASE_MS, pollMs: POLL_MS };
let scene: Scene;
afterEach(() => scene.close());

describe('a process that is frozen for longer than its lease', () => {
  it('does not change lanes that others have claimed, and starts no request on its old lease', async () => {
    scene = await Scene.open({ endpoints: ENDPOINTS, webhooks });
    const { endpoints } = scene;
    endpoints.respond = () => ({ status: 204, afterMs: RESPONSE_DELAY_MS });
    for (let n = 0; n < ENDPOINTS; n += 1) await scene.route({ tenantUid: `tenant-${n}`, endpoint: n });
    const zombie = await scene.startWorker();
    const emitted: string[] = [];
    for (let n = 0; n < ENDPOINTS; n += 1) {
      const uids = await scene.emitMany(`tenant-${n}`, perEndpoint);
      emitted.push(...uids.map((uid) => `${n}/${uid}`));
    }
    await eventually(() => Array.from({ length: ENDPOINTS }).every((_, n) => endpoints.openAt(n) === 8));
    zombie.freeze();
    const underWay = ENDPOINTS * 8;
    const other = await scene.startWorker();
    const ofOther = () => endpoints.arrivals.filter(({ sender }) => sender === other.name);
    await eventually(() => ofOther().length >= 2 * underWay, { withinMs: LEASE_MS + 10_000 });

    await eventually(async () => (await ends()).size > 0);
    const before = await ends();
    zombie.thaw();
    const thawedAt = Date.now();
    await sleep(AWAKE_MS);
    // The other holds all lanes and has much to do, so that nothing is left to the zombie but what it had.
    expect(endpoints.arrivals.length).toBeLessThan(emitted.length);
    const ofZombie = endpoints.arrivals.filter(({ sender, at }) => sender === zombie.name && at >= thawedAt);
    expect(ofZombie.length).toBeLessThanOrEqual(BEING_WRITTEN);
    const after = await ends();
    expect([...before].filter(([id, end]) => after.get(id) !== end)).toEqual([]);

    await scene.untilLog({ DELIVERED: emitted.length }, 60_000);
    const delivered = endpoints.delivered();
    expect(emitted.filter((key) => !delivered.has(key))).toEqual([]);
    // What was in flight, and on a busy machine as many again that have got a response and are not recorded yet.
    expect(endpoints.arrivals.length - emitted.length).toBeLessThanOrEqual(2 * underWay);
    expect(zombie.isRunning).toBe(true);
  }, 60_000);

  it('sends nothing again that others have delivered before they released the lane', async () => {
    scene = await Scene.open({ endpoints: ENDPOINTS, webhooks });
    const { endpoints } = scene;
    endpoints.respond = () => ({ status: 204, afterMs: 50 });
    for (let n = 0; n < ENDPOINTS; n += 1) await scene.route({ tenantUid: `tenant-${n}`, endpoint: n });
    const zombie = await scene.startWorker();
    for (let n = 0; n < ENDPOINTS; n += 1) await scene.emitMany(`tenant-${n}`, perEndpoint);
    await eventually(() => Array.from({ length: ENDPOINTS }).every((_, n) => endpoints.openAt(n) > 0));
    zombie.freeze();
    const other = await scene.startWorker();
    await scene.untilLog({ DELIVERED: perEndpoint * ENDPOINTS }, LEASE_MS + 30_000);
    await other.terminate();

    const before = endpoints.arrivals.length;
    for (let n = 0; n < ENDPOINTS; n += 1) await scene.emitMany(`tenant-${n}`, 1);
    const thawedAt = Date.now();
    zombie.thaw();
    await scene.untilLog({ DELIVERED: (perEndpoint + 1) * ENDPOINTS }, LEASE_MS + 10_000);
    await sleep(AWAKE_MS);
    const arrivals = endpoints.arrivals.slice(before);
    const isNew = (arrival: (typeof arrivals)[number]): boolean =>
      1_000 * (Number(arrival.headers['webhook-timestamp']) + 1) > thawedAt;
    expect(arrivals.filter(isNew)).toHaveLength(ENDPOINTS);
    expect(arrivals.length - ENDPOINTS).toBeLessThanOrEqual(BEING_WRITTEN);
  }, 60_000);

  it('reports nothing about transports that others deliver to: no failure, no 410, no Retry-After', async () => {
    const responses = [
      { status: 500 },
      { status: 410 },
      { status: 503, headers: { 'retry-after': '60' } },
      { status: 404 },
    ];
    // A deadline of ten seconds: the zombie reads its responses before it gives its requests up.
    scene = await Scene.open({ endpoints: responses.length, webhooks: { circuitFailures: 5 } });
    const { endpoints } = scene;
    const zombie = await scene.startWorker();
    // Responses to the zombie arrive while it is frozen and wait in its sockets.
    endpoints.respond = ({ endpoint, sender }) =>
      sender === zombie.name ? { ...responses[endpoint]!, afterMs: RESPONSE_DELAY_MS } : { status: 204 };
    for (let n = 0; n < responses.length; n += 1)
      await scene.route({ tenantUid: `tenant-${n}`, endpoint: n });
    for (let n = 0; n < responses.length; n += 1) await scene.emitMany(`tenant-${n}`, 20);
    await eventually(() => responses.every((_, n) => endpoints.openAt(n) > 0));
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

/** How each delivery that has ended did so. */
async function ends(): Promise<Map<string, string>> {
  const rows = await scene.host.dataSource.query<{ id: string }[]>(
    'SELECT id, status, attempts, finished_at FROM webhook_delivery',
  );
  return new Map(rows.map((row) => [row.id, JSON.stringify(row)]));
}
