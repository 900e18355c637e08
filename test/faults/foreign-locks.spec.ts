import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { expectAtMost, expectEachOnce, percentile, worst } from './support/figures.js';
import { ForeignLock } from './support/foreign-lock.js';
import { HealthyTenants, named, RETRY_SECONDS, type Emit } from './support/healthy-tenants.js';
import { keyOf } from './support/receivers.js';
import { RecordWatch } from './support/record-watch.js';
import { Scene } from './support/scene.js';
import { onThisMachine, sized } from './support/sizes.js';

/** The short run holds its locks for several times as long as any lock time-out of the module. */
const { heldMs, counts } = sized({ heldMs: 6_000, counts: [20] }, { heldMs: 60_000, counts: [1, 20] });
const LOCKS = {
  lane: 'SELECT 1 FROM webhook_lane WHERE transport_id = ANY ($1::bigint[])',
  transport: 'SELECT 1 FROM webhook_http_transport WHERE id = ANY ($1::bigint[])',
  queue: 'SELECT 1 FROM webhook_queue WHERE transport_id = ANY ($1::bigint[])',
};
const CASES = counts.flatMap((count) =>
  (Object.keys(LOCKS) as (keyof typeof LOCKS)[]).map((table) => ({ table, count })),
);
const PROMISED_P95_MS = 500;
const PROMISED_LATE_MS = 3_000;
const PROMISED_RECORD_MS = 1_000;
/** How long the waiting deliveries may take after the locks have ended. */
const AFTERWARDS_MS = 20_000;
/** Events for each locked transport before the locks are taken. One request is in flight, the others are in the queue. */
const BACKLOG = 5;
const SLOW_MS = 400;
const QUICK_MS = 5;
/** About half of the events, whatever their order. */
const isOdd = (eventUid: string): boolean => parseInt(eventUid.at(-1)!, 16) % 2 === 1;

let scene: Scene;
afterEach(() => scene.close());

describe.each(CASES)(
  'while somebody else has locked the $table rows of $count transport(s)',
  ({ table, count }) => {
    it(
      'all others get and record their deliveries in time, and afterwards nothing is lost or doubled',
      async () => {
        const others = { steady: named('steady', 6), retrying: named('retrying', 4) };
        const halfLocked = named('half-locked', count);
        scene = await Scene.open({ receivers: 10 + 2 * count, webhooks: {} });
        const { receivers } = scene;
        const healthy = new HealthyTenants({ firstReceiver: 0, ...others });
        // Each of these tenants has a free transport, at the receivers from 10 on, and a locked one after those.
        const free = new HealthyTenants({ firstReceiver: 10, steady: halfLocked, perSecond: 5 });
        const firstLocked = 10 + count;
        let lockedTakesMs = SLOW_MS;
        // Failures and recoveries change the transport, and not only its lane and queue.
        receivers.respond = (arrival) =>
          healthy.respond(arrival) ??
          free.respond(arrival) ?? {
            status: arrival.attempt === 1 && isOdd(arrival.eventUid) ? 500 : 204,
            afterMs: lockedTakesMs,
          };
        await healthy.route(scene);
        await free.route(scene);
        const transport = { maxConcurrency: 1, retryScheduleSeconds: RETRY_SECONDS };
        await scene.routeAll(
          halfLocked.map((tenantUid, n) => ({ tenantUid, receiver: firstLocked + n, transport })),
        );
        const worker = await scene.startWorker();
        const emit: Emit = (tenantUid) => worker.ask('emit', tenantUid);

        const backlog = (
          await Promise.all(halfLocked.map((tenantUid) => scene.emitMany(tenantUid, BACKLOG)))
        ).flatMap((uids, n) => uids.flatMap((uid) => [`${10 + n}/${uid}`, `${firstLocked + n}/${uid}`]));
        await eventually(() => halfLocked.every((_, n) => receivers.openAt(firstLocked + n) > 0));
        const lock = await ForeignLock.take(scene.database.url, LOCKS[table], [
          await transportIds(firstLocked),
        ]);
        expect(lock.rows).toBeGreaterThanOrEqual(count);

        const watch = new RecordWatch(scene.host.dataSource);
        const [ofOthers, ofFree] = await Promise.all([healthy.run(heldMs, emit), free.run(heldMs, emit)]);
        const arrivals = receivers.arrivals.filter(({ receiver }) => receiver < firstLocked);
        const recordsLate = watch.latenessOf(arrivals);
        await Promise.all([lock.release(), watch.stop()]);
        lockedTakesMs = QUICK_MS;

        const expected = [
          ...backlog,
          ...[...healthy.emitted, ...free.emitted].map(({ receiver, eventUid }) => `${receiver}/${eventUid}`),
          ...free.emitted.map(({ receiver, eventUid }) => `${receiver + count}/${eventUid}`),
        ];
        await scene.untilLog({ DELIVERED: expected.length }, AFTERWARDS_MS + heldMs).catch(() => undefined);
        const delivered = receivers.arrivals.filter(({ status }) => status === 204);
        expectEachOnce(delivered.map(keyOf), expected);
        expect(await scene.log()).toEqual({ DELIVERED: expected.length });
        expectAtMost({
          'first attempts of others, p95 in ms': [
            percentile(ofOthers.firstAttemptsMs, 95),
            onThisMachine(PROMISED_P95_MS),
          ],
          'retries of others, ms late': [worst(ofOthers.retriesLateMs), onThisMachine(PROMISED_LATE_MS)],
          'to the free transport, p95 in ms': [
            percentile(ofFree.firstAttemptsMs, 95),
            onThisMachine(PROMISED_P95_MS),
          ],
          'records of others, ms late': [worst(recordsLate), onThisMachine(PROMISED_RECORD_MS)],
        });
      },
      sized(60_000, 240_000),
    );
  },
);

/** Ids of the transports to the receivers from `first` on. Their uids are the numbers of their receivers. */
async function transportIds(first: number): Promise<string[]> {
  const rows = await scene.host.dataSource.query<{ id: string }[]>(
    `SELECT id FROM webhook_http_transport WHERE http_transport_uid::int >= ${first}`,
  );
  return rows.map(({ id }) => id);
}
