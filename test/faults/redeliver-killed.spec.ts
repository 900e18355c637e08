import { afterEach, describe, expect, it } from '@jest/globals';
import { ALL_ATTEMPTS } from '../support/all-deliveries.js';
import { createDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { DATABASE_KINDS } from '../support/test-database.js';
import { endLeasesIn } from './support/lane-table.js';
import { Scene } from './support/scene.js';
import { shortestLease } from './support/sizes.js';

const TIMEOUT_MS = 10_000;
const HOUR_MS = 3_600_000;
const TENANT = 'shop';

describe.each(DATABASE_KINDS)('a process that is killed while it sends a redelivery on %s', (kind) => {
  let scene: Scene;
  afterEach(() => scene.close());

  it('leaves the request to the next holder, which sends it at once, although the retry is due in an hour', async () => {
    const webhooks = {
      timeoutMs: TIMEOUT_MS,
      leaseMs: shortestLease(TIMEOUT_MS),
      pollMs: 50,
      retryScheduleMs: [HOUR_MS, HOUR_MS],
    };
    scene = await Scene.open({ database: await createDatabase(kind), webhooks });
    const { receivers, host } = scene;
    receivers.respond = () => ({ status: 500 });
    await scene.route({ tenantUid: TENANT, receiver: 0 });
    await scene.emit(TENANT);
    const first = await scene.startWorker();
    const log = async () => {
      const { body } = await host
        .api(TENANT)
        .get<{ items: { deliveryUid: string; attempts: number }[] }>('/deliveries');
      return body.items[0];
    };
    const { deliveryUid } = await eventually(async () => {
      const delivery = await log();
      return delivery?.attempts === 1 && delivery;
    });

    receivers.respond = () => 'never';
    const { status } = await host.api(TENANT).request('POST', `/deliveries/${deliveryUid}/redeliver`);
    expect(status).toBe(202);
    await eventually(() => receivers.openAt(0) === 1);
    await first.kill();
    receivers.respond = () => ({ status: 204 });
    await endLeasesIn(host.dataSource, -1);
    const second = await scene.startWorker();
    await scene.untilLog({ DELIVERED: 1 }, 30_000);

    expect(receivers.arrivals.map(({ sender, attempt, status }) => [sender, attempt, status])).toEqual([
      [first.name, 1, 500],
      [first.name, 2, undefined],
      [second.name, 2, 204],
    ]);
    const [original, ...again] = receivers.arrivals;
    for (const { eventUid, body } of again)
      expect([eventUid, body]).toEqual([original!.eventUid, original!.body]);
    const attempts = await host.dataSource.query<{ trigger: string }[]>(
      `SELECT trigger FROM ${ALL_ATTEMPTS} ORDER BY number`,
    );
    expect(attempts.map(({ trigger }) => trigger)).toEqual(['SCHEDULE', 'MANUAL']);
  });
});
