import { afterEach, describe, expect, it } from '@jest/globals';
import { ALL_DELIVERIES } from '../support/all-deliveries.js';
import { createDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { DATABASE_KINDS } from '../support/test-database.js';
import { forEachOf } from './support/for-each-of.js';
import { Scene } from './support/scene.js';
import { sized } from './support/sizes.js';

const TRANSPORTS = sized(1_200, 2_500);
/** Fan-out writes this many deliveries of an event at a time. */
const SHARE = 1_000;
/** How long the database takes over each share after the first one. */
const SLOW_SHARE_S = 2;

describe.each(DATABASE_KINDS)(`an event with ${TRANSPORTS} transports on %s`, (kind) => {
  let scene: Scene;
  afterEach(() => scene.close());

  it(
    'reaches each transport once when the process is killed between two shares, although the first share has been delivered',
    async () => {
      const webhooks = { maxTransportsPerTenant: TRANSPORTS, maxWebhooksPerTenant: TRANSPORTS, poolSize: 6 };
      scene = await Scene.open({ database: await createDatabase(kind), webhooks });
      const api = scene.host.api('shop');
      const url = scene.receivers.urlOf(0);
      await forEachOf(
        Array.from({ length: TRANSPORTS }, (_, n) => `t-${n}`),
        8,
        async (httpTransportUid) => {
          await api.post('/httptransports', { httpTransportUid, name: httpTransportUid, url });
          const { status } = await api.post(`/httptransports/${httpTransportUid}/webhooks`, { action: '*' });
          if (status !== 200) throw new Error(`No webhook: ${status}`);
        },
      );
      if (kind === 'postgres') await slowDownLaterShares();
      await scene.emit('shop');

      const first = await scene.startWorker();
      const delivered = async () => (await scene.log())['DELIVERED'] ?? 0;
      await eventually(async () => (await delivered()) >= SHARE, { withinMs: 60_000 });
      await first.kill();
      if (kind === 'postgres') expect(await delivered()).toBe(SHARE);

      await scene.startWorker();
      await eventually(async () => (await delivered()) === TRANSPORTS, { withinMs: 90_000 });
      const [count] = await scene.host.dataSource.query<{ deliveries: string; transports: string }[]>(
        `SELECT count(*) AS deliveries, count(DISTINCT transport_id) AS transports FROM ${ALL_DELIVERIES}`,
      );
      expect([count!.deliveries, count!.transports].map(Number)).toEqual([TRANSPORTS, TRANSPORTS]);
      const uids = scene.receivers.arrivals.map(({ deliveryUid }) => deliveryUid);
      expect(new Set(uids).size).toBe(TRANSPORTS);
      // On PostgreSQL, nothing was in flight when the process was killed. On SQLite, deliveries of later shares may have been.
      if (kind === 'postgres') expect(uids).toHaveLength(TRANSPORTS);
    },
    sized(150_000, 300_000),
  );

  const slowDownLaterShares = (): Promise<unknown> =>
    scene.host.dataSource.query(`
      CREATE FUNCTION slow_share() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF EXISTS (SELECT 1 FROM webhook_delivery) OR EXISTS (SELECT 1 FROM webhook_queue) THEN
            PERFORM pg_sleep(${SLOW_SHARE_S});
          END IF;
          RETURN NULL;
        END $$;
      CREATE TRIGGER slow_share BEFORE INSERT ON webhook_queue FOR EACH STATEMENT EXECUTE FUNCTION slow_share()`);
});
