import { afterEach, describe, expect, it } from '@jest/globals';
import { createDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { DATABASE_KINDS } from '../support/test-database.js';
import { endLeasesIn } from './support/lane-table.js';
import { Scene } from './support/scene.js';
import { shortestLease } from './support/sizes.js';

const TIMEOUT_MS = 500;
const EVENTS = 60;
const TENANT = 'shop';

describe.each(DATABASE_KINDS)('the count of pending deliveries on %s', (kind) => {
  let scene: Scene;
  afterEach(() => scene.close());

  const open = async (webhooks: object = {}): Promise<void> => {
    scene = await Scene.open({
      database: await createDatabase(kind),
      webhooks: {
        timeoutMs: TIMEOUT_MS,
        leaseMs: shortestLease(TIMEOUT_MS),
        pollMs: 50,
        transportConcurrency: 4,
        ...webhooks,
      },
    });
    await scene.route({ tenantUid: TENANT, receiver: 0 });
  };
  const counted = async (): Promise<number> => {
    const { body } = await scene.host.api(TENANT).get<{ pendingDeliveries: { used: number } }>('/quotas');
    return body.pendingDeliveries.used;
  };
  const queued = async (): Promise<number> => {
    const [row] = await scene.host.dataSource.query<{ rows: number | string }[]>(
      'SELECT count(*) AS rows FROM webhook_queue',
    );
    return Number(row!.rows);
  };
  /** Waits until no expectation fails. */
  const untilPasses = async (check: () => Promise<void>, withinMs?: number): Promise<void> => {
    await eventually(
      async () => {
        await check();
        return true;
      },
      withinMs === undefined ? {} : { withinMs },
    );
  };
  const delivered = (): number => scene.receivers.delivered().size;

  it('is exact, also after a SIGKILL and while a lane stays at work', async () => {
    // The lease is so long that no lane is due for renewal during the test.
    await open({ leaseMs: 30_000 });
    scene.receivers.respond = () => ({ status: 204, afterMs: 60 });
    await scene.emitMany(TENANT, EVENTS);
    const worker = await scene.startWorker();
    await eventually(() => delivered() >= 20);
    await worker.kill();
    expect(await counted()).toBe(await queued());

    await endLeasesIn(scene.host.dataSource, -1);
    await scene.startWorker();
    for (;;) {
      // The rows are counted before and after the count of the module, because they only become fewer.
      const before = await queued();
      const count = await counted();
      if (before === 0) break;
      expect(count).toBeLessThanOrEqual(before);
      expect(count).toBeGreaterThanOrEqual(await queued());
    }
    expect(await counted()).toBe(0);
    expect((await scene.log())['DELIVERED']).toBe(EVENTS);
  });

  it('keeps a tenant within twice its quota while two processes fan out, and lets it go on afterwards', async () => {
    const limit = 40;
    await open({ maxPendingDeliveriesPerTenant: limit });
    const api = scene.host.api(TENANT);
    await api.request('POST', '/httptransports/0/pause');
    await scene.startWorkers(2);
    for (let n = 0; n < 6; n++) await scene.emitMany(TENANT, 30);
    await untilPasses(async () => {
      const { PENDING, 'MISSED QUOTA_EXCEEDED': missed } = await scene.log();
      expect(PENDING! + missed!).toBe(180);
    });
    const { PENDING } = await scene.log();
    expect(PENDING).toBeGreaterThanOrEqual(limit);
    // A round of fan-out may have been under way in each of the two processes.
    expect(PENDING).toBeLessThanOrEqual(2 * limit);
    expect(await counted()).toBe(PENDING);

    await api.request('POST', '/httptransports/0/resume');
    await untilPasses(async () => expect(await counted()).toBe(0));
    await scene.emitMany(TENANT, limit);
    await untilPasses(async () => expect((await scene.log())['DELIVERED']).toBe(PENDING! + limit));
  });
});
