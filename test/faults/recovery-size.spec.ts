import { afterEach, describe, expect, it } from '@jest/globals';
import { createDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { RecoveryClient } from '../support/recoveries.js';
import { DATABASE_KINDS } from '../support/test-database.js';
import { Scene } from './support/scene.js';
import { onThisMachine, sized } from './support/sizes.js';

const count = sized(20_000, 1_000_000);
const WITHIN_MS = sized(60_000, 600_000);
const TENANT = 'shop';
const AT_ONCE = 8;
/** The module promises that nothing of a job blocks the event loop or holds a lock for longer. */
const LONGEST_MS = 100;
/** A dry run stops counting after three seconds. */
const DRY_RUN_MS = 4_000;

describe.each(DATABASE_KINDS)(`a recovery of ${count} deliveries on %s`, (kind) => {
  let scene: Scene;
  afterEach(() => scene.close());

  /** Failed deliveries of the transport, an hour old. */
  const seed = async (): Promise<void> => {
    const createdAt = Date.now() - 3_600_000;
    const { dataSource } = scene.host;
    await dataSource.query(
      `INSERT INTO webhook_event (tenant_uid, event_uid, action, body, created_at)
       WITH RECURSIVE number (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < ${count})
       SELECT '${TENANT}', 'old-' || i, 'ORDER_SETTLED', '{"action":"ORDER_SETTLED"}', ${createdAt} FROM number`,
    );
    await dataSource.query(
      `INSERT INTO webhook_delivery (id, event_id, transport_id, webhook_id, created_at, finished_at, tenant_id, attempts,
         duration_ms, status, reason)
       SELECT e.id, e.id, t.id, w.id, ${createdAt}, ${createdAt + 10}, n.id, 1, 10, 'FAILED', 'EXHAUSTED'
         FROM webhook_event e, webhook_http_transport t, webhook_tenant n, webhook_webhook w`,
    );
  };

  it(
    'does not block the event loop, keeps few pending, and deletes its items when it is cancelled',
    async () => {
      scene = await Scene.open({
        database: await createDatabase(kind),
        webhooks: { transportConcurrency: AT_ONCE, timeoutMs: 10_000 },
      });
      scene.receivers.respond = () => 'never';
      await scene.route({ tenantUid: TENANT, receiver: 0 });
      await seed();
      const recoveries = new RecoveryClient(scene.host.api(TENANT), '0');
      const since = new Date(Date.now() - 7_200_000).toISOString();

      const startedAt = performance.now();
      const preview = await recoveries.dryRun('recover', { since });
      expect(performance.now() - startedAt).toBeLessThan(onThisMachine(DRY_RUN_MS));
      expect(preview).toMatchObject({ count: 10_000, isAtLeast: true, payloadGone: 0 });
      const replayed = await recoveries.dryRun('replay', { since });
      expect(replayed).toMatchObject({ count: 10_000, isAtLeast: true });

      const worker = await scene.startWorker();
      await worker.ask('watchLoop');
      const job = await recoveries.start('recover', { since });
      const running = await eventually(
        async () => {
          const present = await recoveries.get(job);
          return present.requeued > 0 && present;
        },
        { what: 'the job to have collected everything', withinMs: WITHIN_MS },
      );
      expect(running).toMatchObject({ state: 'RUNNING', found: count });
      expect(running.requeued).toBeLessThanOrEqual(2 * AT_ONCE);
      expect(await scene.queued()).toBeLessThanOrEqual(2 * AT_ONCE);

      await recoveries.cancel(job);
      await eventually(async () => (await notes()) === 0, {
        what: 'the notes of the job to be deleted',
        withinMs: WITHIN_MS,
      });
      expect(await worker.ask('longestLoopDelay')).toBeLessThan(onThisMachine(LONGEST_MS));
    },
    WITHIN_MS * 3,
  );

  const notes = async (): Promise<number> => {
    const [row] = await scene.host.dataSource.query<{ notes: number | string }[]>(
      'SELECT count(*) AS notes FROM webhook_recovery_item',
    );
    return Number(row!.notes);
  };
});
