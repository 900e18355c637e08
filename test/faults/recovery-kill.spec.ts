import { afterEach, describe, expect, it } from '@jest/globals';
import { createDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { RecoveryClient } from '../support/recoveries.js';
import { DATABASE_KINDS } from '../support/test-database.js';
import { Scene } from './support/scene.js';
import { shortestLease, sized } from './support/sizes.js';

/** Long, because an exhausted delivery that times out once more, as on a busy machine, fails for good. */
const TIMEOUT_MS = 2_000;
const AT_ONCE = 8;
const TENANT = 'shop';
const OLD = 0;
const NEW = 1;
const { events, kills } = sized({ events: 300, kills: 2 }, { events: 3_000, kills: 6 });
const WORKERS = 2;
/** The lease of a job lasts ten seconds; another process goes on with the job after that. */
const WITHIN_MS = sized(120_000, 600_000);

describe.each(DATABASE_KINDS)('a job whose processes are killed, on %s', (kind) => {
  let scene: Scene;
  afterEach(() => scene.close());

  /** Events that failed at one transport, and that nobody has sent to the other. */
  const open = async (ordered: boolean): Promise<string[]> => {
    const webhooks = {
      timeoutMs: TIMEOUT_MS,
      leaseMs: shortestLease(TIMEOUT_MS),
      pollMs: 50,
      transportConcurrency: AT_ONCE,
      // Short, because a delivery whose process was killed several times is repeated after this.
      retryScheduleMs: [100],
      circuitFailures: 0,
    };
    scene = await Scene.open({ database: await createDatabase(kind), receivers: 2, webhooks });
    scene.receivers.respond = () => ({ status: 500 });
    await scene.route({ tenantUid: TENANT, receiver: OLD, ordered });
    const uids = await scene.emitMany(TENANT, events);
    const worker = await scene.startWorker();
    await scene.untilLog({ 'FAILED EXHAUSTED': events }, WITHIN_MS);
    await worker.terminate();
    scene.receivers.arrivals.length = 0;
    scene.receivers.respond = () => ({ status: 204, afterMs: 5 });
    return uids;
  };

  /** Starts the job, and kills the processes in turn while it runs. */
  const runKilled = async (receiver: number, what: 'recover' | 'replay') => {
    const recoveries = new RecoveryClient(scene.host.api(TENANT), String(receiver));
    await scene.startWorkers(WORKERS);
    const job = await recoveries.start(what, { since: new Date(Date.now() - 3_600_000).toISOString() });
    for (let killed = 1; killed <= kills; killed += 1) {
      const wanted = Math.floor((events * killed) / (kills + 1));
      await eventually(
        async () => {
          const { requeued, created, state } = await recoveries.get(job);
          return requeued + created >= wanted || state === 'DONE';
        },
        { what: `${wanted} deliveries to be enqueued`, withinMs: WITHIN_MS },
      );
      // The one that holds the job is among them.
      await Promise.all(scene.running.map((worker) => worker.kill()));
      await scene.startWorkers(WORKERS);
    }
    return recoveries.until(job, { state: 'DONE' }, WITHIN_MS);
  };

  it(
    'recovers every delivery once, in the order of events for an ordered webhook',
    async () => {
      const uids = await open(true);
      const job = await runKilled(OLD, 'recover');
      expect(job).toMatchObject({ found: events, requeued: events, created: 0, skipped: 0, payloadGone: 0 });
      await scene.untilLog({ DELIVERED: events }, WITHIN_MS);
      const { arrivals } = scene.receivers;
      // A request that was under way when its process was killed is repeated; nothing overtakes it.
      const order = arrivals
        .map(({ eventUid }) => eventUid)
        .filter((uid, index, all) => uid !== all[index - 1]);
      expect(order).toEqual(uids);
      expect(arrivals.length - order.length).toBeLessThanOrEqual(kills);
    },
    WITHIN_MS * 2,
  );

  it(
    'replays every event to a new transport once',
    async () => {
      const uids = await open(false);
      await scene.route({ tenantUid: TENANT, receiver: NEW });
      const job = await runKilled(NEW, 'replay');
      expect(job).toMatchObject({ found: events, requeued: 0, created: events, skipped: 0, payloadGone: 0 });
      await scene.untilLog({ DELIVERED: events, 'FAILED EXHAUSTED': events }, WITHIN_MS);
      const delivered = new Set(scene.receivers.arrivals.map(({ eventUid }) => eventUid));
      expect([...delivered].sort()).toEqual([...uids].sort());
      const [{ pairs } = { pairs: 0 }] = await scene.host.dataSource.query<{ pairs: number | string }[]>(
        'SELECT count(*) AS pairs FROM (SELECT DISTINCT event_id, transport_id FROM webhook_delivery) p',
      );
      expect(Number(pairs)).toBe(2 * events);
    },
    WITHIN_MS * 2,
  );
});
