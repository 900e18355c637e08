import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PoolClient } from 'pg';
import { FIRST_DUE } from '../../lib/persistence/ports/lane-store.js';
import type { PostgresDatabase } from '../../lib/persistence/postgres/postgres-database.js';
import { PostgresBacklogStore } from '../../lib/persistence/postgres/postgres-backlog-store.js';
import { PostgresFanoutStore } from '../../lib/persistence/postgres/postgres-fanout-store.js';
import { PostgresLaneStore } from '../../lib/persistence/postgres/postgres-lane-store.js';
import { PostgresQueueCountStore } from '../../lib/persistence/postgres/postgres-queue-count-store.js';
import { PostgresRecordStore } from '../../lib/persistence/postgres/postgres-record-store.js';
import { delivered, group } from '../support/attempt-records.js';
import { createMigratedDatabase } from '../support/databases.js';
import { StoreFixture } from '../support/store-fixture.js';
import type { TestDatabase } from '../support/test-database.js';

interface Plan {
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
}

const ROWS = 20_000;
/** Maximum number of pages that a statement reads for a few rows, with a margin. `ROWS` rows fill hundreds of pages. */
const A_FEW_PAGES = 60;

/** Ended work leaves dead rows until the next vacuum. No statement may read all of them again and again. */
describe('The hot path on PostgreSQL, while nothing is vacuumed', () => {
  let db: TestDatabase;
  let fixture: StoreFixture;
  let database: PostgresDatabase;
  let transportId: number;
  /** Keeps all dead rows alive, as a backup or a report does. */
  let snapshot: ReturnType<PostgresDatabase['dataSource']['createQueryRunner']>;

  beforeAll(async () => {
    db = await createMigratedDatabase('postgres');
    fixture = await StoreFixture.open(db);
    database = fixture.database as PostgresDatabase;
    const transport = await fixture.transport();
    transportId = transport.id;
    await fixture.webhook(transport);
    await database.dataSource.query(`
      WITH e AS (
        INSERT INTO webhook_event (tenant_uid, event_uid, action, body)
        SELECT 'shop', gen_random_uuid()::text, 'ORDER_SETTLED', '{}' FROM generate_series(1, ${ROWS}) RETURNING id
      )
      INSERT INTO webhook_queue (transport_id, due_at, event_id, webhook_id, created_at, tenant_id)
      SELECT ${transportId}, 1 + id / 100, id, 1, 1, 1 FROM e`);
    snapshot = database.dataSource.createQueryRunner();
    await snapshot.startTransaction('REPEATABLE READ');
    await snapshot.query('SELECT 1 FROM webhook_lane');
  });
  afterAll(async () => {
    await snapshot.rollbackTransaction();
    await snapshot.release();
    await fixture.close();
    await db.drop();
  });

  /** The number of pages that the last statement of `run` reads. */
  async function pagesOf(run: (explaining: PostgresDatabase) => Promise<unknown>): Promise<number> {
    let pages = -1;
    const explaining = Object.create(database) as PostgresDatabase;
    explaining.table = (name) => database.table(name);
    explaining.query = async <Row extends object>(name: string, text: string, values: unknown[]) => {
      const [row] = await database.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
        `explain_${name}`,
        `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`,
        values,
      );
      const { Plan: plan } = row!['QUERY PLAN'][0]!;
      pages = plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
      return database.query<Row>(name, text, values);
    };
    await run(explaining);
    return pages;
  }

  it('a lane is read on from the cursor, however much of it is done', async () => {
    const [place] = await database.dataSource.query<{ due_at: string; delivery_id: string }[]>(
      `SELECT due_at, delivery_id FROM webhook_queue ORDER BY due_at, delivery_id OFFSET ${ROWS - 200} LIMIT 1`,
    );
    const after = { dueAt: Number(place!.due_at), deliveryId: Number(place!.delivery_id) };
    await database.dataSource.query(
      'DELETE FROM webhook_queue WHERE (due_at, delivery_id) <= ($1::bigint, $2::bigint)',
      [after.dueAt, after.deliveryId],
    );
    const pages = await pagesOf(async (explaining) => {
      const lanes = new PostgresLaneStore(explaining);
      const [reading] = await lanes.read([{ transportId, after, limit: 20 }], database.now());
      expect(reading!.rows).toHaveLength(20);
    });
    expect(pages).toBeLessThan(A_FEW_PAGES);
  });

  it('pending deliveries are counted from where the lane is scanned, however much of it is done', async () => {
    const [first] = await database.dataSource.query<{ due_at: string }[]>(
      'SELECT min(due_at) AS due_at FROM webhook_queue',
    );
    await database.dataSource.query(`UPDATE webhook_lane SET scan_from = ${first!.due_at}`);
    const pages = await pagesOf(async (explaining) => {
      const counts = new PostgresQueueCountStore(explaining);
      expect(await counts.pending('shop', 100)).toBe(100);
    });
    expect(pages).toBeLessThan(A_FEW_PAGES);
  });

  it('the backlog is measured from where the lane is scanned, however much of it is done', async () => {
    await database.dataSource.query('UPDATE webhook_lane SET due_at = 1');
    const pages = await pagesOf(async (explaining) => {
      const { due, events } = await new PostgresBacklogStore(explaining).measure();
      expect(due).toEqual({ value: 200 - 1, isAtLeast: false });
      expect(events).toEqual({ value: 1_000, isAtLeast: true });
    });
    expect(pages).toBeLessThan(2 * A_FEW_PAGES);
  });

  it('a few due lanes are found, however many there are', async () => {
    await database.dataSource.query(`INSERT INTO webhook_tenant (tenant_uid) VALUES ('many')`);
    await database.dataSource.query(`
      WITH t AS (
        INSERT INTO webhook_http_transport (tenant_uid, http_transport_uid, name, url, headers, security_type,
          signing_secrets, state, version, created_at, last_modified_at)
        SELECT 'many', n::text, 't', 'https://erp.example.com', '[]', 'NONE', '[]', 'ACTIVE', 1, 1, 1
        FROM generate_series(1, ${ROWS}) n RETURNING id, tenant_uid
      )
      INSERT INTO webhook_lane (transport_id, tenant_uid, due_at) SELECT id, tenant_uid, id % 3 FROM t`);
    let after = FIRST_DUE;
    const due = await pagesOf(async (explaining) => {
      const lanes = await new PostgresLaneStore(explaining).due(after, 10);
      expect(lanes).toHaveLength(10);
      after = lanes.at(-1)!;
    });
    expect(due).toBeLessThan(A_FEW_PAGES);
    const claim = await pagesOf(async (explaining) => {
      const request = { holder: 'me', leaseMs: 30_000, transportIds: [after.transportId] };
      // EXPLAIN ANALYZE has claimed it already.
      expect(await new PostgresLaneStore(explaining).claim(request)).toEqual([]);
    });
    expect(claim).toBeLessThan(A_FEW_PAGES);
  });

  it('a tenant with one event left is found, however many others have been fanned out', async () => {
    await database.dataSource.query(
      'DELETE FROM webhook_outbox WHERE event_id < (SELECT max(event_id) FROM webhook_outbox)',
    );
    const [last] = await database.dataSource.query<{ id: string }[]>(
      'SELECT max(event_id) AS id FROM webhook_outbox',
    );
    const afterId = Number(last!.id) - 1;
    const pages = await pagesOf(async (explaining) => {
      const fanout = new PostgresFanoutStore(explaining);
      const { events } = await fanout.read([{ tenantUid: 'shop', afterId }], 20, 0);
      expect(events).toHaveLength(1);
    });
    expect(pages).toBeLessThan(A_FEW_PAGES);
  });

  it('an outcome writes the log once, and updates nothing', async () => {
    const rows = await database.dataSource.query<{ due_at: string; delivery_id: string; event_id: string }[]>(
      'SELECT due_at, delivery_id, event_id FROM webhook_queue ORDER BY delivery_id LIMIT 150',
    );
    const changes = await database.transaction(async (client: PoolClient) => {
      const onClient = Object.create(database) as PostgresDatabase;
      onClient.table = (name) => database.table(name);
      onClient.query = async <Row extends object>(name: string, text: string, values: unknown[]) =>
        (await client.query<Row>({ name, text, values })).rows;
      const attempts = rows.map((row) =>
        delivered({
          transportId,
          dueAt: Number(row.due_at),
          deliveryId: Number(row.delivery_id),
          eventId: Number(row.event_id),
          attempts: 0,
          orderingKey: null,
          behind: false,
          lostAttempts: 0,
          notedToken: null,
          requested: null,
        }),
      );
      const before = await countsOn(client);
      const records = new PostgresRecordStore(onClient);
      expect(await records.record(group({ attempts }))).toEqual({
        orphaned: new Set(),
        locked: new Set(),
        requested: new Set(),
      });
      const after = await countsOn(client);
      return after.flatMap(([table, ...counts], index) => {
        const changed = counts.map((count, kind) => count - (before[index]![kind + 1] as number));
        return changed.some((count) => count > 0) ? [[table, ...changed]] : [];
      });
    });
    // Inserted, updated, deleted.
    expect(changes).toEqual([
      ['webhook_delivery', 150, 0, 0],
      ['webhook_queue', 0, 0, 150],
      ['webhook_statistic_fact', 1, 0, 0],
    ]);
  });
});

type Counts = [table: string, inserted: number, updated: number, deleted: number];

/** Row changes of this session's transaction, and of those before it that the server has not summed up yet. */
const countsOn = async (client: PoolClient): Promise<Counts[]> => {
  const { rows } = await client.query<{ counts: Counts }>(
    `SELECT json_build_array(relname, n_tup_ins, n_tup_upd, n_tup_del) AS counts FROM pg_stat_xact_user_tables
     ORDER BY relname`,
  );
  return rows.map(({ counts }) => counts);
};
