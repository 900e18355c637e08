import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { planDeliveries } from '../../lib/fanout/plan-deliveries.js';
import type { PostgresDatabase } from '../../lib/persistence/postgres/postgres-database.js';
import { PostgresFanoutStore } from '../../lib/persistence/postgres/postgres-fanout-store.js';
import { PostgresLaneStore } from '../../lib/persistence/postgres/postgres-lane-store.js';
import { PostgresRecordStore } from '../../lib/persistence/postgres/postgres-record-store.js';
import { createDatabase } from '../support/databases.js';
import { StoreFixture } from '../support/store-fixture.js';
import type { TestDatabase } from '../support/test-database.js';

/** A node of `EXPLAIN (FORMAT JSON)`. */
interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Cond'?: string;
  Plans?: PlanNode[];
}

/** Tables that grow with what has been emitted. */
const LARGE = ['webhook_event', 'webhook_outbox', 'webhook_delivery', 'webhook_queue', 'webhook_attempt'];
/** Those that are empty whenever everything has been sent. */
const DRAINED = ['webhook_outbox', 'webhook_queue'];
const ROWS = 20_000;
const ATTEMPT = {
  reason: null,
  startedAt: 1,
  durationMs: 1,
  responseStatusCode: 204,
  responseHeaders: null,
  responseBody: null,
  errorCode: null,
  errorMessage: null,
  trigger: 'SCHEDULE',
} as const;

/**
 * The way a queue in PostgreSQL dies: statistics are taken at a moment when everything has been sent, and from then
 * on the planner believes that the table is empty and reads it as a whole, for each group of outcomes.
 */
describe('Statements of the hot path on PostgreSQL, with statistics from when everything was sent', () => {
  let db: TestDatabase;
  let fixture: StoreFixture;
  let database: PostgresDatabase;
  let plans: { name: string; plan: PlanNode }[];
  let transportId: number;

  beforeAll(async () => {
    db = await createDatabase('postgres');
    fixture = await StoreFixture.open(db);
    database = fixture.database as PostgresDatabase;
    const transport = await fixture.transport();
    transportId = transport.id;
    await fixture.webhook(transport);
    await fill();
    // All sent: pages remain, with no live row in them. The log has its history.
    for (const table of DRAINED) await database.dataSource.query(`DELETE FROM ${table}`);
    for (const table of LARGE) await database.dataSource.query(`VACUUM (ANALYZE, TRUNCATE false) ${table}`);
    await fill();
    plans = await plansOfTheHotPath();
  });
  afterAll(async () => {
    await fixture.close();
    await db.drop();
  });

  /** A backlog in the outbox and one in the queue. */
  async function fill(): Promise<void> {
    await database.dataSource.query(`
      WITH e AS (
        INSERT INTO webhook_event (tenant_uid, event_uid, action, body, occurred_at)
        SELECT 'shop', gen_random_uuid()::text, 'ORDER_SETTLED', '{}', 1 FROM generate_series(1, ${ROWS}) RETURNING id
      ), d AS (
        INSERT INTO webhook_delivery (tenant_uid, event_id, transport_id, http_transport_uid, webhook_uid, action, status, due_at, created_at)
        SELECT 'shop', -id, ${transportId}, 't', 'w', 'ORDER_SETTLED', 'PENDING', 1, 1 FROM e RETURNING id, event_id, due_at
      )
      INSERT INTO webhook_queue (transport_id, due_at, delivery_id, event_id) SELECT ${transportId}, due_at, id, event_id FROM d`);
  }

  /** Runs every statement that is run per event or per delivery, and asks for its plan on the very same data. */
  async function plansOfTheHotPath(): Promise<{ name: string; plan: PlanNode }[]> {
    const found: { name: string; plan: PlanNode }[] = [];
    const explaining = Object.create(database) as PostgresDatabase;
    explaining.table = (name) => database.table(name);
    explaining.query = async <Row extends object>(name: string, text: string, values: unknown[]) => {
      const [row] = await database.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(
        `explain_${name}`,
        `EXPLAIN (FORMAT JSON) ${text}`,
        values,
      );
      found.push({ name, plan: row!['QUERY PLAN'][0]!.Plan });
      return database.query<Row>(name, text, values);
    };
    const fanout = new PostgresFanoutStore(explaining);
    const lanes = new PostgresLaneStore(explaining);
    const records = new PostgresRecordStore(explaining);

    await fanout.read([], 200, 0);
    const { events, webhooks } = await fanout.read([], 200, 1_000_000);
    expect(events).toHaveLength(200);
    await fanout.write({
      events: events.map(({ id, tenantUid }) => ({ id, tenantUid, isFinished: true })),
      deliveries: planDeliveries(events, webhooks),
      now: database.now(),
    });
    expect(await fanout.pending(['shop'])).toEqual(new Map([['shop', 200]]));
    // As though the lane had been told: the backlog was written past it.
    await database.dataSource.query('UPDATE webhook_lane SET due_at = 1');
    const [lane] = await lanes.take({
      holder: 'me',
      limit: 10,
      leaseMs: 30_000,
      overdueMs: 0,
      exceptTenants: [],
    });
    const [reading] = await lanes.read(
      [{ transportId: lane!.transportId, after: { dueAt: -1, deliveryId: -1 }, limit: 200 }],
      database.now(),
    );
    expect(reading!.rows).toHaveLength(200);
    await lanes.contents(
      events.map(({ id }) => id),
      1_000_000,
    );
    await records.record({
      attempts: reading!.rows.map((row) => ({ ...row, ...ATTEMPT, status: 'DELIVERED', nextDueAt: null })),
      transports: [],
      parked: [],
      now: database.now(),
    });
    return found;
  }

  it('are all looked at', () => {
    expect(plans.map(({ name }) => name)).toEqual([
      'tillhook_fanout_read',
      'tillhook_fanout_read_contents',
      'tillhook_fanout_write',
      'tillhook_fanout_pending',
      'tillhook_lane_take',
      'tillhook_lane_read',
      'tillhook_lane_contents',
      'tillhook_record_ends',
    ]);
  });

  it('scan no large table', () => {
    const scans = plans.flatMap(({ name, plan }) =>
      nodesOf(plan)
        .filter((node) => node['Node Type'] === 'Seq Scan' && LARGE.includes(node['Relation Name'] ?? ''))
        .map((node) => `${name}: ${node['Relation Name']}`),
    );
    expect(scans).toEqual([]);
  });

  it('search the indexes of large tables by a condition, or read no more of them than a limit allows', () => {
    const walks = plans.flatMap(({ name, plan }) =>
      unboundedWalks(plan).map((node) => `${name}: ${node['Relation Name']}`),
    );
    expect(walks).toEqual([]);
  });
});

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

/** Index scans of a large table without a condition, unless a LIMIT stands above them. */
const unboundedWalks = (node: PlanNode): PlanNode[] => {
  if (node['Node Type'] === 'Limit') return [];
  const isWalk =
    /^Index (Only )?Scan$/.test(node['Node Type']) &&
    LARGE.includes(node['Relation Name'] ?? '') &&
    node['Index Cond'] === undefined;
  return [...(isWalk ? [node] : []), ...(node.Plans ?? []).flatMap(unboundedWalks)];
};
