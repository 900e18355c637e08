import { afterEach, describe, expect, it } from '@jest/globals';
import { createDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { DATABASE_KINDS } from '../support/test-database.js';
import { expectAtMost, worst } from './support/figures.js';
import { RecordWatch } from './support/record-watch.js';
import { Refusal, type RefusedChange } from './support/refusal.js';
import { Scene } from './support/scene.js';
import { onThisMachine, sized, sleep } from './support/sizes.js';

const { refusedMs } = sized({ refusedMs: 4_000 }, { refusedMs: 30_000 });
const TENANTS = 10;
const EVENTS = 20;
const ALL = TENANTS * EVENTS;
/** The tenant of the refused row. */
const VICTIM = 0;
const PROMISED_RECORD_MS = 1_000;
/** Maximum time from the start of a process that finds a backlog to the last arrival, also on a busy machine. */
const ARRIVED_WITHIN_MS = 2_000;
/** Maximum time for the rest after the trigger was removed. */
const AFTERWARDS_MS = 15_000;
/** Maximum number of requests of the delivery whose outcome cannot be recorded. */
const MOST_SENDS = 5;

const OUTCOMES: [what: string, firstStatus: number, changes: RefusedChange[]][] = [
  ['the end of a delivery', 204, [['webhook_delivery', 'INSERT', 'id']]],
  ['an attempt that is followed by another', 500, [['webhook_attempt', 'INSERT', 'delivery_id']]],
  [
    'a change of the queue',
    204,
    [
      ['webhook_queue', 'DELETE', 'delivery_id'],
      ['webhook_queue', 'UPDATE', 'delivery_id'],
    ],
  ],
];
const FANNED_OUT: RefusedChange[] = [['webhook_queue', 'INSERT', 'event_id']];

let scene: Scene;
afterEach(() => scene.close());

describe.each(DATABASE_KINDS)('one row that cannot be written on %s', (kind) => {
  /** @returns the uid of the event whose row is refused later */
  const emitAll = async (): Promise<string> => {
    let victim = '';
    for (let n = 0; n < TENANTS; n += 1) {
      const uids = await scene.emitMany(`tenant-${n}`, EVENTS);
      if (n === VICTIM) victim = uids[EVENTS / 2]!;
    }
    return victim;
  };
  const open = async (): Promise<void> => {
    scene = await Scene.open({ database: await createDatabase(kind), receivers: TENANTS, webhooks: {} });
    scene.receivers.respond = () => ({ status: 204, afterMs: 20 });
    await scene.routeAll(
      Array.from({ length: TENANTS }, (_, n) => ({ tenantUid: `tenant-${n}`, receiver: n })),
    );
  };
  const idOf = async (sql: string): Promise<number> => {
    const [row] = await scene.host.dataSource.query<{ id: number | string }[]>(sql);
    return Number(row!.id);
  };

  it.each(OUTCOMES)(
    'because a trigger refuses %s leaves the outcomes of all others recorded within a second',
    async (_what, firstStatus, changes) => {
      await open();
      let victim = '';
      await scene.fanOutOnly(ALL, async () => (victim = await emitAll()));
      const id = await idOf(
        `SELECT q.delivery_id AS id FROM webhook_queue q JOIN webhook_event e ON e.id = q.event_id
         WHERE e.event_uid = '${victim}'`,
      );
      scene.receivers.respond = ({ eventUid, attempt }) => ({
        status: eventUid === victim && attempt === 1 ? firstStatus : 204,
        afterMs: 20,
      });
      const refusal = await Refusal.begin(scene, changes, id);
      const watch = new RecordWatch(scene.host.dataSource);
      await scene.startWorker();
      const { arrivals } = scene.receivers;
      const others = () => arrivals.filter(({ eventUid }) => eventUid !== victim);
      await sleep(refusedMs);
      const recordsLate = watch.latenessOf(others());
      await watch.stop();
      const whileRefused = await scene.log();
      await refusal.end();

      expect({ arrived: new Set(others().map(({ eventUid }) => eventUid)).size, whileRefused }).toEqual({
        arrived: ALL - 1,
        whileRefused: { DELIVERED: ALL - 1, PENDING: 1 },
      });
      expect(others()).toHaveLength(ALL - 1);
      expectAtMost({ 'records of others, ms late': [worst(recordsLate), onThisMachine(PROMISED_RECORD_MS)] });
      await scene.untilLog({ DELIVERED: ALL }, AFTERWARDS_MS);
      expect(arrivals.length - others().length).toBeLessThanOrEqual(MOST_SENDS);
    },
    sized(40_000, 90_000),
  );

  it(
    'because a trigger refuses the fan-out of an event leaves all others delivered; this one is delivered once, after the trigger is gone',
    async () => {
      await open();
      const victim = await emitAll();
      const id = await idOf(`SELECT id FROM webhook_event WHERE event_uid = '${victim}'`);
      const refusal = await Refusal.begin(scene, FANNED_OUT, id);
      await scene.startWorker();
      const startedAt = Date.now();
      const { arrivals } = scene.receivers;
      await sleep(refusedMs);
      expect(new Set(arrivals.map(({ eventUid }) => eventUid)).size).toBe(ALL - 1);
      expectAtMost({
        'last arrival, ms': [
          worst(arrivals.map(({ at }) => at - startedAt)),
          onThisMachine(ARRIVED_WITHIN_MS),
        ],
      });
      await refusal.end();
      await eventually(() => arrivals.length >= ALL, { withinMs: AFTERWARDS_MS });
      await scene.untilLog({ DELIVERED: ALL }, AFTERWARDS_MS);
      expect(arrivals).toHaveLength(ALL);
    },
    sized(40_000, 90_000),
  );
});
