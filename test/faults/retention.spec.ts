import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { createDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { DATABASE_KINDS } from '../support/test-database.js';
import { startCluster } from './support/cluster.js';
import { damageValue } from './support/damaged-value.js';
import { expectAtMost, percentile, worst } from './support/figures.js';
import { ForeignLock } from './support/foreign-lock.js';
import { rowsIn, writeOldLog } from './support/old-log.js';
import { Refusal } from './support/refusal.js';
import { Scene } from './support/scene.js';
import { onThisMachine, sized, sleep } from './support/sizes.js';
import { logStatementTimes, serverLog, statementTimes } from './support/statement-times.js';

const { oldRows, windowMs, windows } = sized(
  { oldRows: 200_000, windowMs: 4_000, windows: 2 },
  { oldRows: 10_000_000, windowMs: 20_000, windows: 4 },
);
const EVERY_MS = 20;
const LONGEST_LOCK_MS = 100;
const SLOWER_AT_MOST = 1.2;
/** How much the 95th percentile varies on a busy machine, in ms. */
const P95_SLACK_MS = sized(25, 1);
const LONGEST_BLOCK_MS = sized(250, 50);
/** Rows of the tests with few rows. */
const FEW = 3_000;
/** Lease of the job: a process that was killed holds it for this long. */
const LEASE_MS = 30_000;
const OLD = { tenantUid: 'old', receiver: 1 };
const RETAINING = { webhooks: { retention: {} } };

let scene: Scene;
let after: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of after.reverse()) await end();
  after = [];
  await scene.close();
});

const openOn = async (kind: (typeof DATABASE_KINDS)[number]): Promise<void> => {
  const database = await createDatabase(kind);
  scene = await Scene.open({ database, receivers: 2, webhooks: { retention: false } });
  await scene.route(OLD);
};
const writeOld = (name: string, count: number, endedDaysAgo = 40): Promise<void> =>
  writeOldLog(scene.host.dataSource, { tenantUid: 'old', httpTransportUid: '1', name, count, endedDaysAgo });
const logged = (condition?: string): Promise<number> =>
  rowsIn(scene.host.dataSource, 'webhook_delivery', condition);

describe(`retention of ${oldRows} old deliveries on PostgreSQL`, () => {
  it(
    'keeps the latency of deliveries, and holds no lock for over 100 ms',
    async () => {
      const { database } = await startCluster();
      const observer = await new DataSource(database.options).initialize();
      after.push(() => observer.destroy());
      await logStatementTimes(observer);
      scene = await Scene.open({ database, receivers: 2, webhooks: { retention: false } });
      await scene.routeAll([{ tenantUid: 'shop', receiver: 0 }, OLD]);
      await writeOld('old', oldRows);
      await writeOld('young', 100, 20);
      await observer.query('VACUUM ANALYZE');
      await scene.startWorker();
      await latencies(1_000);

      const since = (await serverLog(observer)).length;
      const [without, during]: [number[], number[]] = [[], []];
      const deleted: number[] = [];
      for (let n = 0; n < windows; n += 1) {
        // The same number of processes as while the job runs.
        const idle = await scene.startWorker();
        without.push(...(await latencies(windowMs)));
        await idle.terminate();
        const worker = await scene.startWorker(RETAINING);
        const before = await logged();
        const startedAt = performance.now();
        during.push(...(await latencies(windowMs)));
        deleted.push((before - (await logged())) / ((performance.now() - startedAt) / 1_000));
        await worker.terminate();
      }
      const p95 = { without: percentile(without, 95), during: percentile(during, 95) };
      const times = await statementTimes(
        observer,
        /DELETE FROM "webhook_(delivery|event|attempt)" WHERE|NOT \(\s*\(SELECT 1 FROM "webhook_delivery"/,
        since,
      );
      console.log({ p95, deletedPerSecond: deleted, statements: times.length, longestMs: worst(times) });
      expect(times.length).toBeGreaterThan(10);
      expectAtMost({
        'p95 of deliveries while the job runs, ms': [p95.during, p95.without * SLOWER_AT_MOST + P95_SLACK_MS],
        'longest statement of the job, ms': [worst(times), onThisMachine(LONGEST_LOCK_MS)],
      });
      expect(await logged(`finished_at > ${Date.now() - 30 * 86_400_000}`)).toBeGreaterThanOrEqual(100);
    },
    sized(120_000, 3_600_000),
  );

  /** Emits for some time, one event after the other. @returns from commit to arrival in ms */
  const latencies = async (forMs: number): Promise<number[]> => {
    const committed = new Map<string, number>();
    const first = scene.receivers.arrivals.length;
    const endAt = performance.now() + forMs;
    while (performance.now() < endAt) {
      const uid = await scene.emit('shop');
      committed.set(uid, Date.now());
      await sleep(EVERY_MS);
    }
    const arrived = (): Map<string, number> =>
      new Map(scene.receivers.arrivals.slice(first).map(({ eventUid, at }) => [eventUid, at]));
    await eventually(() => arrived().size >= committed.size, { withinMs: 60_000 });
    const at = arrived();
    return [...committed].map(([uid, sentAt]) => at.get(uid)! - sentAt);
  };
});

describe.each(DATABASE_KINDS)('retention on %s', (kind) => {
  it('is finished by other processes when the one that does it is killed, and deletes nothing else', async () => {
    await openOn(kind);
    await writeOld('old', 10 * FEW);
    await writeOld('young', 50, 20);
    const workers = await Promise.all([1, 2, 3].map(() => scene.startWorker(RETAINING)));
    const hasBegun = async (): Promise<boolean> => (await logged()) < 9 * FEW + 50;
    await eventually(hasBegun, { withinMs: 60_000 });
    // The job may run in one of these two, or in the third one.
    await Promise.all(workers.slice(0, 2).map((worker) => worker.kill()));
    await eventually(async () => (await logged()) === 50, { withinMs: 2 * LEASE_MS + 60_000 });
    expect(await rowsIn(scene.host.dataSource, 'webhook_event')).toBe(50);
    const [last] = scene.running;
    expect((await last!.ask('health')).retention).toMatchObject({ enabled: true, lastError: null });
  }, 180_000);

  it('skips a row that cannot be deleted, says so, and deletes all others', async () => {
    await openOn(kind);
    await writeOld('old', FEW);
    const [{ id }] = await scene.host.dataSource.query<[{ id: number | string }]>(
      'SELECT id FROM webhook_delivery ORDER BY id LIMIT 1',
    );
    const refusal = await Refusal.begin(scene, [['webhook_delivery', 'DELETE', 'id']], Number(id));
    const worker = await scene.startWorker(RETAINING);
    await eventually(async () => (await logged()) === 1, { withinMs: 60_000 });
    const { retention } = await eventually(async () => {
      const report = await worker.ask('health');
      return report.retention.lastError !== null && report;
    });
    expect(retention.lastError).toContain('refused by a trigger of the test');
    expect(retention.lastPassAt).not.toBeNull();
    await refusal.end();
    await worker.terminate();
    await scene.startWorker(RETAINING);
    await eventually(async () => (await logged()) === 0, { withinMs: 60_000 });
    expect(await rowsIn(scene.host.dataSource, 'webhook_event')).toBe(0);
  }, 120_000);
});

describe('retention on PostgreSQL', () => {
  it('does not wait for rows that somebody else has locked', async () => {
    await openOn('postgres');
    await writeOld('old', FEW);
    const lock = await ForeignLock.take(
      scene.database.url,
      'SELECT 1 FROM webhook_delivery WHERE id = ANY (ARRAY(SELECT id FROM webhook_delivery ORDER BY id LIMIT 3))',
      [],
    );
    after.push(() => lock.release());
    const worker = await scene.startWorker(RETAINING);
    await eventually(async () => (await logged()) === 3, { withinMs: 30_000 });
    const done = async () => (await worker.ask('health')).retention.lastPassAt !== null;
    await eventually(done, { withinMs: 10_000 });
  }, 60_000);

  it('deletes deliveries and events whose values cannot be read', async () => {
    await openOn('postgres');
    await writeOld('old', 10);
    const large = randomBytes(12_000).toString('base64');
    const { dataSource } = scene.host;
    await dataSource.query(`UPDATE webhook_event SET body = '${large}' WHERE event_uid = 'old-3'`);
    await dataSource.query(
      `UPDATE webhook_delivery SET response_body = '${large}'
        WHERE event_id = (SELECT id FROM webhook_event WHERE event_uid = 'old-5')`,
    );
    const { url } = scene.database;
    await damageValue(url, 'webhook_event', 'body', `event_uid = 'old-3'`);
    await damageValue(
      url,
      'webhook_delivery',
      'response_body',
      `event_id = (SELECT id FROM webhook_event WHERE event_uid = 'old-5')`,
    );
    await scene.startWorker(RETAINING);
    await eventually(async () => (await logged()) === 0, { withinMs: 30_000 });
    expect(await rowsIn(dataSource, 'webhook_event')).toBe(0);
  }, 60_000);
});

describe('retention on SQLite', () => {
  it(
    'blocks the event loop for milliseconds only',
    async () => {
      await openOn('sqlite');
      await writeOld('old', sized(20_000, 1_000_000));
      const worker = await scene.startWorker(RETAINING);
      await worker.ask('watchLoop');
      await eventually(async () => (await logged()) === 0, { withinMs: sized(60_000, 600_000) });
      const longest = await worker.ask('longestLoopDelay');
      expectAtMost({ 'longest block of the event loop, ms': [longest, LONGEST_BLOCK_MS] });
    },
    sized(90_000, 900_000),
  );
});
