import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource, type QueryRunner } from 'typeorm';
import type { HttpTransportEntity } from '../../../lib/persistence/entities/http-transport.entity.js';
import { PARKED_DUE_AT } from '../../../lib/persistence/ports/record-store.js';
import { delivered, group, retried } from '../../support/attempt-records.js';
import { createMigratedDatabase } from '../../support/databases.js';
import { CALM, LaneFixture, LEASE_MS } from '../../support/lane-fixture.js';
import { StoreFixture } from '../../support/store-fixture.js';
import type { TestDatabase } from '../../support/test-database.js';

/** How long a call may take while another transaction holds a row lock. */
const PROMPT_MS = 500;

/** The suite runs on PostgreSQL only, because SQLite does not lock single rows. */
describe('A store on PostgreSQL, while another transaction has locked', () => {
  let db: TestDatabase;
  let fixture: StoreFixture;
  let lane: LaneFixture;
  let foreign: DataSource;
  let runner: QueryRunner;
  let locked: HttpTransportEntity;
  let free: HttpTransportEntity;

  beforeAll(async () => {
    db = await createMigratedDatabase('postgres');
    fixture = await StoreFixture.open(db);
    lane = new LaneFixture(fixture);
    foreign = await new DataSource(db.options).initialize();
  });
  beforeEach(async () => {
    await fixture.empty();
    runner = foreign.createQueryRunner();
    [locked, free] = [await lane.due(3_000), await lane.due(2_000)];
  });
  afterEach(() => release());
  afterAll(async () => {
    await foreign.destroy();
    await fixture.close();
    await db.drop();
  });

  const lock = async (table: string, condition: string): Promise<void> => {
    await runner.startTransaction();
    const rows = (await runner.query(`SELECT 1 FROM ${table} WHERE ${condition} FOR UPDATE`)) as unknown[];
    expect(rows.length).toBeGreaterThan(0);
  };
  const lockLane = ({ id }: { id: number } = locked) => lock('webhook_lane', `transport_id = ${id}`);
  const release = async (): Promise<void> => {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
    await runner.release();
  };
  /** Fails if the call waits for the lock. */
  const promptly = async <T>(call: Promise<T>): Promise<T> => {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`Not within ${PROMPT_MS} ms.`)), PROMPT_MS);
    });
    try {
      return await Promise.race([call, tooLate]);
    } finally {
      clearTimeout(timer);
      // Ends the wait of a call that was too late, so that it cannot meet the next test.
      if (runner.isTransactionActive) await runner.rollbackTransaction();
      await call.catch(() => undefined);
    }
  };

  describe('a lane,', () => {
    it('lists it as due', async () => {
      await lockLane();
      expect(await promptly(lane.dueIds())).toEqual([locked.id, free.id]);
    });

    it('claims the others', async () => {
      await lockLane();
      expect(await promptly(lane.claim(locked, free))).toMatchObject([{ transportId: free.id }]);
    });

    it('renews the others', async () => {
      const claimed = await lane.claim();
      await lockLane();
      const renewals = claimed.map((one) => ({ ...one, ...CALM, leaseMs: LEASE_MS }));
      expect(await promptly(fixture.stores.lanes.renew(renewals))).toEqual(new Set([free.id]));
    });

    it('releases the others', async () => {
      const claimed = await lane.claim();
      await lockLane();
      const releases = claimed.map((one) => ({ ...one, ...CALM, version: null, dueAt: 1 }));
      expect(await promptly(fixture.stores.lanes.release(releases))).toEqual(new Set([free.id]));
    });

    it('resets the crashes of the others', async () => {
      for (const transport of [locked, free]) await lane.set(transport, { crashes: 2 });
      await lockLane();
      await promptly(fixture.stores.lanes.forgiveCrashes([locked.id, free.id]));
      expect(await lane.row(locked)).toMatchObject({ crashes: 2 });
      expect(await lane.row(free)).toMatchObject({ crashes: 0 });
    });

    it('schedules the others that are stranded', async () => {
      for (const transport of [locked, free]) {
        await fixture.webhook(transport);
      }
      await fixture.queue({});
      for (const transport of [locked, free]) await lane.set(transport, { due_at: null });
      await lockLane();
      const now = fixture.database.now() + 1_000;
      const sweep = { after: 0, limit: 10, now, dueBefore: now };
      expect(await promptly(fixture.stores.sweep.scheduleStrandedLanes(sweep))).toMatchObject({
        repaired: [free.id],
      });
    });
  });

  describe.each(['webhook_lane', 'webhook_http_transport'])('a row of %s,', (table) => {
    const lockRow = () => lock(table, `${table === 'webhook_lane' ? 'transport_id' : 'id'} = ${locked.id}`);

    it('changes the other transports, and reports the one that it could not change', async () => {
      const claimed = await lane.claim();
      await lockRow();
      const changes = claimed.map(({ transportId, leaseToken }) => ({
        transportId,
        leaseToken,
        blockedUntil: 9_000,
        consecutiveFailures: 3,
        failingSince: 7,
      }));
      const gone = { ...changes[0]!, transportId: 987_654 };
      const stale = { ...changes[0]!, leaseToken: 0 };
      const change = (...all: typeof changes) => fixture.stores.records.changeTransports(all, 5_000);
      expect(await promptly(change(...changes, gone))).toEqual(new Set([locked.id]));
      expect(await lane.row(free)).toMatchObject({ blocked_until: 9_000, consecutive_failures: 3 });
      expect(await lane.row(locked)).toMatchObject({ blocked_until: 0 });
      expect((await fixture.rows('webhook_http_transport')).map((row) => row['failing_since'])).toEqual([
        null,
        7,
      ]);
      await lockRow();
      expect(await promptly(change(stale))).toEqual(new Set());
    });
  });

  describe('a row of the queue,', () => {
    const LOCKED = 'delivery_id = (SELECT min(delivery_id) FROM webhook_queue)';
    const statuses = async () => (await fixture.deliveries()).map((row) => row['status']);
    const queue = async (count: number, ordered = false) => {
      await fixture.webhook(free, { ordered });
      await fixture.queue(...Array.from({ length: count }, () => ({ orderingKey: 'k' })));
      return fixture.due(free);
    };

    it.each(['an end', 'a retry'])(
      'records %s of the others, and reports the one that it could not',
      async (kind) => {
        const rows = await queue(3);
        await lock('webhook_queue', LOCKED);
        const moved = { ...rows[2]!, attempts: 4 };
        const attempts = [rows[0]!, rows[1]!, moved].map((row) =>
          kind === 'an end' ? delivered(row) : retried(row, 99_999),
        );
        expect(await promptly(fixture.stores.records.record(group({ attempts })))).toEqual({
          orphaned: new Set([moved.deliveryId]),
          locked: new Set([rows[0]!.deliveryId]),
          requested: new Set(),
        });
        // Nothing is written of the locked one: it is recorded later as though for the first time.
        expect(await fixture.attempts()).toMatchObject([
          { delivery_id: rows[1]!.deliveryId, orphaned: false },
          { delivery_id: moved.deliveryId, orphaned: true },
        ]);
        expect(await fixture.stores.records.record(group({ attempts: attempts.slice(0, 1) }))).toEqual({
          orphaned: new Set(),
          locked: new Set(),
          requested: new Set(),
        });
        if (kind === 'an end') expect(await statuses()).toEqual(['DELIVERED', 'DELIVERED', 'PENDING']);
      },
    );

    it('postpones and parks the others, and reports those that it could not', async () => {
      const rows = await queue(4, true);
      await lock('webhook_queue', `delivery_id IN (${rows[0]!.deliveryId}, ${rows[2]!.deliveryId})`);
      const postponed = [rows[0]!, rows[1]!].map((row) => ({ ...row, nextDueAt: 99_999 }));
      const parked = [rows[2]!, rows[3]!, { ...rows[1]!, dueAt: 5 }];
      expect(await promptly(fixture.stores.records.record(group({ postponed, parked })))).toEqual({
        orphaned: new Set(),
        locked: new Set([rows[0]!.deliveryId, rows[2]!.deliveryId]),
        requested: new Set(),
      });
      expect((await fixture.rows('webhook_queue')).map((row) => row['due_at'])).toEqual([
        rows[0]!.dueAt,
        99_999,
        rows[2]!.dueAt,
        PARKED_DUE_AT,
      ]);
    });

    it('records the end of a delivery only with the successor of its key, and other ends meanwhile', async () => {
      const [head, successor] = await queue(2, true);
      const other = await lane.due();
      await fixture.webhook(other, { ordered: true });
      await fixture.queue({ orderingKey: 'k' });
      const [elsewhere] = await fixture.due(other);
      await fixture.stores.records.record(group({ parked: [successor!] }));
      await lock('webhook_queue', `delivery_id = ${successor!.deliveryId}`);
      const attempts = [delivered(head!), delivered(elsewhere!)];
      expect(await promptly(fixture.stores.records.record(group({ attempts })))).toEqual({
        orphaned: new Set(),
        locked: new Set([head!.deliveryId]),
        requested: new Set(),
      });
      expect(await fixture.attempts()).toHaveLength(1);
      await fixture.stores.records.record(group({ attempts: attempts.slice(0, 1), now: 4_000 }));
      const parkedRow = await fixture.rowsWith('webhook_queue', { delivery_id: successor!.deliveryId });
      expect(parkedRow).toMatchObject([{ due_at: 4_000 }]);
    });

    it('unparks the others', async () => {
      const rows = await queue(1, true);
      const other = await lane.due();
      await fixture.webhook(other, { ordered: true });
      await fixture.queue({ orderingKey: 'k' });
      await fixture.query(`UPDATE webhook_queue SET due_at = ${PARKED_DUE_AT}`);
      await lock('webhook_queue', `delivery_id = ${rows[0]!.deliveryId}`);
      const unparked = fixture.stores.records.unpark([free.id, other.id], 4_000);
      expect(await promptly(unparked)).toEqual(new Set([other.id]));
      expect(await fixture.rowsWith('webhook_queue', { due_at: 4_000 })).toMatchObject([
        { transport_id: other.id },
      ]);
    });
  });

  describe('a lane that gets deliveries,', () => {
    it.each([false, true])(
      'writes the other deliveries of an event, once, and keeps it in the outbox (ordered: %s)',
      async (ordered) => {
        for (const transport of [locked, free]) await fixture.webhook(transport, { ordered });
        const solo = await lane.due(1_000, 'cafe');
        await fixture.webhook(solo);
        const [both] = await fixture.emit({ orderingKey: 'k' });
        const [single] = await fixture.emit({ tenantUid: 'cafe' });
        const versionBefore = (await lane.row(locked))['version'];
        await lockLane();
        const write = async () =>
          fixture.stores.fanout.write({ ...(await fixture.plan()), skipsLocked: true });
        const queued = async () => (await fixture.rows('webhook_queue')).map((row) => row['transport_id']);
        const first = await Promise.race([
          write(),
          new Promise<never>((_, reject) => setTimeout(() => reject(new Error('It waits.')), PROMPT_MS)),
        ]);
        expect(first).toEqual({ written: new Set([single]), incomplete: new Set([both]) });
        expect(await queued()).toEqual([free.id, solo.id]);
        expect((await fixture.rows('webhook_outbox')).map((row) => row['event_id'])).toEqual([both]);
        const versionOfRow = () => fixture.query('SELECT xmin::text AS version FROM webhook_outbox');
        const before = await versionOfRow();
        expect(await promptly(write())).toEqual({ written: new Set(), incomplete: new Set([both]) });
        // The row is not written again: its new version would have as many transports left as the old one, so another process that
        // has read the old one would not detect the change.
        expect(await versionOfRow()).toEqual(before);
        expect(await lane.row(locked)).toMatchObject({ version: versionBefore });
        expect(await lane.row(free)).toMatchObject({ version: 1 });
        // A plan that waits for locks must take into account, too, that a part of the deliveries exists.
        const last = await fixture.stores.fanout.write(await fixture.plan());
        expect(last).toEqual({ written: new Set([both]), incomplete: new Set() });
        expect((await queued()).sort()).toEqual([locked.id, free.id, solo.id].sort());
        expect(await fixture.rows('webhook_outbox')).toEqual([]);
        expect(await lane.row(free)).toMatchObject({ version: 1 });
      },
    );

    it('does not report a deleted lane as locked', async () => {
      for (const transport of [locked, free]) await fixture.webhook(transport);
      const [eventId] = await fixture.emit({});
      const plan = { ...(await fixture.plan()), skipsLocked: true };
      await fixture.removeTransport(locked);
      expect(await fixture.stores.fanout.write(plan)).toEqual({
        written: new Set([eventId]),
        incomplete: new Set(),
      });
      expect(await fixture.rows('webhook_outbox')).toEqual([]);
    });
  });
});
