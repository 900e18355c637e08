import { afterEach, describe, expect, it } from '@jest/globals';
import { createDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { strayAttempts, tenantNumber, tenantRows } from '../support/tenant-rows.js';
import { DATABASE_KINDS } from '../support/test-database.js';
import { rowsIn, writeOldLog } from './support/old-log.js';
import { Scene } from './support/scene.js';
import { sized } from './support/sizes.js';

const OLD = sized(10_000, 300_000);
/** Shares of the tenant's deliveries that are left when the process is killed. */
const KILLED_AT = [0.9, 0.6, 0.2];
const EVENTS = 10;
const LEAVING = 'leaving';
const STAYING = 'staying';
const RECEIVERS = { [LEAVING]: 0, [STAYING]: 1 } as const;

describe.each(DATABASE_KINDS)('a purge whose process is killed on %s', (kind) => {
  let scene: Scene;
  afterEach(() => scene.close());

  /** A tenant with old deliveries and attempts, new ones with statistics, and pending ones. @returns its number */
  const fill = async (tenantUid: typeof LEAVING | typeof STAYING): Promise<number> => {
    const { host, receivers } = scene;
    const receiver = RECEIVERS[tenantUid];
    await scene.route({ tenantUid, receiver });
    await writeOldLog(host.dataSource, {
      tenantUid,
      httpTransportUid: String(receiver),
      name: 'old',
      count: OLD,
      endedDaysAgo: 1,
    });
    const id = await tenantNumber(host.dataSource, tenantUid);
    await host.dataSource.query(
      `INSERT INTO webhook_attempt (delivery_id, number, started_at, duration_ms, trigger, orphaned)
       SELECT id, 1, 0, 5, 'SCHEDULE', false FROM webhook_delivery WHERE tenant_id = ${id}`,
    );
    receivers.respond = () => ({ status: 204 });
    await scene.emitMany(tenantUid, EVENTS);
    const delivered = `tenant_id = ${id} AND status = 'DELIVERED'`;
    await eventually(
      async () => (await rowsIn(host.dataSource, 'webhook_delivery', delivered)) === OLD + EVENTS,
    );
    // Statistics are counted when somebody reads them.
    const { body } = await host.api(tenantUid).get<{ total: { delivered: number } }>('/webhookstatistics');
    expect(body.total.delivered).toBe(EVENTS);
    await scene.command('pause', [{ tenantUid, receiver }]);
    await scene.emitMany(tenantUid, EVENTS);
    await eventually(
      async () => (await rowsIn(host.dataSource, 'webhook_queue', `tenant_id = ${id}`)) === EVENTS,
    );
    return id;
  };

  it(
    'is finished by the next one, which leaves nothing of the tenant and everything of another one',
    async () => {
      scene = await Scene.open({
        database: await createDatabase(kind),
        receivers: 2,
        webhooks: { pollMs: 50 },
      });
      const { dataSource } = scene.host;
      const worker = await scene.startWorker();
      const [leaving, staying] = [await fill(LEAVING), await fill(STAYING)];
      await worker.terminate();
      const statistics = (id: number): Promise<number> =>
        rowsIn(dataSource, 'webhook_statistic', `tenant_id = ${id}`);
      const before = await tenantRows(dataSource, STAYING, staying);
      const counts = await statistics(staying);
      expect(counts).toBeGreaterThan(0);
      expect(Object.keys(before)).toEqual(
        expect.arrayContaining([
          'webhook_attempt',
          'webhook_audit',
          'webhook_delivery',
          'webhook_event',
          'webhook_queue',
        ]),
      );
      const left = (): Promise<number> => rowsIn(dataSource, 'webhook_delivery', `tenant_id = ${leaving}`);

      for (const share of KILLED_AT) {
        const purging = await scene.startWorker();
        const purge = purging.ask('purge', LEAVING).catch((error: Error) => error);
        await eventually(async () => (await left()) < share * OLD, { withinMs: 120_000 });
        await purging.kill();
        expect(await purge).toBeInstanceOf(Error);
        expect(await left()).toBeGreaterThan(0);
      }
      const last = await scene.startWorker();
      expect(await last.ask('purge', LEAVING)).toMatchObject({
        isComplete: true,
        rows: { webhook_tenant: 1, webhook_delivery: expect.any(Number) },
      });

      expect(await tenantRows(dataSource, LEAVING, leaving)).toEqual({});
      expect(await tenantRows(dataSource, STAYING, staying)).toEqual(before);
      expect([await statistics(leaving), await statistics(staying)]).toEqual([0, counts]);
      expect(await strayAttempts(dataSource)).toBe(0);
      await scene.command('resume', [{ tenantUid: STAYING, receiver: RECEIVERS[STAYING] }]);
      await eventually(() => scene.receivers.arrivals.length === 3 * EVENTS);
    },
    sized(180_000, 3_600_000),
  );
});
