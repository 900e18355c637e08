import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { notificationEvent } from '../../lib/domain/notification-event.js';
import { planDeliveries } from '../../lib/fanout/plan-deliveries.js';
import { FIRST_DUE, type LaneReading } from '../../lib/persistence/ports/lane-store.js';
import type { PostgresDatabase } from '../../lib/persistence/postgres/postgres-database.js';
import { PostgresDeliveryStore } from '../../lib/persistence/postgres/postgres-delivery-store.js';
import { PostgresFanoutStore } from '../../lib/persistence/postgres/postgres-fanout-store.js';
import { PostgresLaneStore } from '../../lib/persistence/postgres/postgres-lane-store.js';
import { PostgresQueueCountStore } from '../../lib/persistence/postgres/postgres-queue-count-store.js';
import { PostgresRecordStore } from '../../lib/persistence/postgres/postgres-record-store.js';
import { PostgresRecoveryStore } from '../../lib/persistence/postgres/postgres-recovery-store.js';
import { PostgresRequestStore } from '../../lib/persistence/postgres/postgres-request-store.js';
import { PostgresSweepStore } from '../../lib/persistence/postgres/postgres-sweep-store.js';
import { delivered, failed, group, retried } from '../support/attempt-records.js';
import { createMigratedDatabase } from '../support/databases.js';
import { StoreFixture } from '../support/store-fixture.js';
import type { TestDatabase } from '../support/test-database.js';

/** A node of `EXPLAIN (FORMAT JSON)`. */
interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  Plans?: PlanNode[];
}

/** A row of `EXPLAIN (FORMAT JSON)`. */
interface Explained {
  'QUERY PLAN': { Plan: PlanNode }[];
}

/** Tables that grow with what has been emitted, and with the number of tenants. */
const LARGE = [
  'webhook_event',
  'webhook_outbox',
  'webhook_delivery',
  'webhook_queue',
  'webhook_attempt',
  'webhook_lane',
  'webhook_http_transport',
];
/** Large tables that are empty whenever everything has been sent. */
const DRAINED = ['webhook_outbox', 'webhook_queue'];
const ROWS = 20_000;
const LANES = 2_000;
const BOTH = [false, true] as const;
/** The settings for which fan-out has a statement of its own. */
const KINDS_OF_WRITE = BOTH.flatMap((skipsLocked) =>
  BOTH.flatMap((hasLeft) =>
    BOTH.flatMap((mayExist) => BOTH.map((isOrdered) => ({ isOrdered, mayExist, hasLeft, skipsLocked }))),
  ),
);
const EVENT = notificationEvent({
  type: 'transportRecovered',
  at: new Date(1),
  tenantUid: 'shop',
  httpTransportUid: 'erp',
  failingSince: new Date(1),
});
/**
 * The first version of PostgreSQL whose EXPLAIN shows the plan for unknown parameters (GENERIC_PLAN). A prepared statement may get
 * this plan after some executions.
 */
const GENERIC_PLANS_SINCE = 160_000;

/**
 * A queue in PostgreSQL becomes very slow if statistics are taken at a moment when everything has been sent: from then on the
 * planner assumes that the table is empty, and reads it as a whole for each group of outcomes.
 */
describe('Statements of the hot path on PostgreSQL, with statistics from when everything was sent', () => {
  let db: TestDatabase;
  let fixture: StoreFixture;
  let database: PostgresDatabase;
  let plans: { name: string; plan: PlanNode }[];
  let transportId: number;

  beforeAll(async () => {
    db = await createMigratedDatabase('postgres');
    fixture = await StoreFixture.open(db);
    database = fixture.database as PostgresDatabase;
    const transport = await fixture.transport();
    transportId = transport.id;
    await fixture.webhook(transport);
    await addLanes();
    await fill();
    // Everything was sent: the tables of pending work have pages without a live row, and the log has its rows.
    for (const table of DRAINED) await database.dataSource.query(`DELETE FROM ${table}`);
    for (const table of LARGE) await database.dataSource.query(`VACUUM (ANALYZE, TRUNCATE false) ${table}`);
    await fill();
    plans = await plansOfTheHotPath();
  });
  afterAll(async () => {
    await fixture.close();
    await db.drop();
  });

  /** Lanes of other transports, half of them due. */
  async function addLanes(): Promise<void> {
    await database.dataSource.query(`INSERT INTO webhook_tenant (tenant_uid) VALUES ('other')`);
    await database.dataSource.query(`
      WITH t AS (
        INSERT INTO webhook_http_transport (tenant_uid, http_transport_uid, name, url, headers, security_type,
          signing_secrets, state, version, created_at, last_modified_at)
        SELECT 'other', n::text, 't', 'https://erp.example.com', '[]', 'NONE', '[]', 'ACTIVE', 1, 1, 1
        FROM generate_series(1, ${LANES}) n RETURNING id, tenant_uid
      )
      INSERT INTO webhook_lane (transport_id, tenant_uid, due_at)
      SELECT id, tenant_uid, CASE WHEN id % 2 = 0 THEN id END FROM t`);
  }

  /** A backlog in the outbox and one in the queue. */
  async function fill(): Promise<void> {
    await database.dataSource.query(`
      WITH e AS (
        INSERT INTO webhook_event (tenant_uid, event_uid, action, body, occurred_at)
        SELECT 'shop', gen_random_uuid()::text, 'ORDER_SETTLED', '{}', 1 FROM generate_series(1, ${ROWS}) RETURNING id
      ), d AS (
        INSERT INTO webhook_delivery (id, tenant_id, event_id, transport_id, webhook_id, status, attempts, created_at, finished_at)
        SELECT -id, 1, -id, ${transportId}, 1, 'DELIVERED', 1, 1, 1 FROM e
      )
      INSERT INTO webhook_queue (transport_id, due_at, event_id, webhook_id, created_at, tenant_id)
      SELECT ${transportId}, 1, id, 1, 1, 1 FROM e`);
  }

  /** Runs the statements of the hot path, and asks for their plans on the very same data. */
  async function plansOfTheHotPath(): Promise<{ name: string; plan: PlanNode }[]> {
    const found: { name: string; plan: PlanNode }[] = [];
    const [server] = await database.dataSource.query<{ version: number }[]>(
      `SELECT current_setting('server_version_num')::int AS version`,
    );
    const explaining = Object.create(database) as PostgresDatabase;
    explaining.table = (name) => database.table(name);
    explaining.query = async <Row extends object>(name: string, text: string, values: unknown[]) => {
      const explained = `EXPLAIN (FORMAT JSON) ${text}`;
      const [row] = await database.query<Explained>(`explain_${name}`, explained, values);
      found.push({ name, plan: row!['QUERY PLAN'][0]!.Plan });
      if (server!.version >= GENERIC_PLANS_SINCE) {
        const [generic] = await database.dataSource.query<Explained[]>(
          `EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${text}`,
        );
        found.push({ name: `${name}, generic`, plan: generic!['QUERY PLAN'][0]!.Plan });
      }
      return database.query<Row>(name, text, values);
    };
    await runFanout(new PostgresFanoutStore(explaining));
    // The backlog was written without a notification of the lane, so schedule the lane here.
    await database.dataSource.query(`UPDATE webhook_lane SET due_at = 1 WHERE transport_id = ${transportId}`);
    await runLanes(new PostgresLaneStore(explaining), new PostgresRecordStore(explaining));
    expect(await new PostgresQueueCountStore(explaining).pending('shop', 1_000)).toBe(1_000);
    // The lane is free and not due although it has a backlog, so the sweep writes, too.
    const now = database.now();
    const sweep = { after: 0, limit: 100, now, dueBefore: now };
    const { repaired } = await new PostgresSweepStore(explaining).scheduleStrandedLanes(sweep);
    expect(repaired).toEqual([transportId]);
    await runRecoveries(new PostgresRecoveryStore(explaining));
    await runRequests(new PostgresRequestStore(explaining), new PostgresDeliveryStore(explaining));
    return found;
  }

  async function runFanout(fanout: PostgresFanoutStore): Promise<void> {
    await fanout.read([], 200, 0);
    for (const { skipsLocked, isOrdered: ordered, mayExist, hasLeft } of KINDS_OF_WRITE) {
      const { events, webhooks } = await fanout.read([], 100, 1_000_000);
      expect(events).toHaveLength(100);
      const asConfigured = webhooks.map((webhook) => ({ ...webhook, ordered }));
      const left = hasLeft ? [transportId + 1] : [];
      const { written } = await fanout.write({
        events: events.map(({ id, tenantUid, transportIds }) => ({
          id,
          tenantUid,
          transportIds,
          mayExist,
          left,
        })),
        deliveries: planDeliveries(events, asConfigured),
        now: database.now(),
        skipsLocked,
      });
      expect(written.size).toBe(100);
      // Delete events that were fanned out only in part, because the next reads would return them again.
      await database.dataSource.query('DELETE FROM webhook_outbox WHERE transport_ids IS NOT NULL');
    }
  }

  async function runLanes(lanes: PostgresLaneStore, records: PostgresRecordStore): Promise<void> {
    const [due] = await lanes.due(FIRST_DUE, 10);
    expect(due).toMatchObject({ transportId });
    const [lane] = await lanes.claim({ holder: 'me', leaseMs: 30_000, transportIds: [transportId] });
    const head = { transportId, after: { dueAt: -1, deliveryId: -1 }, limit: 200 };
    const [{ rows }] = (await lanes.read([head], database.now())) as [LaneReading];
    expect(rows).toHaveLength(200);
    await lanes.note(rows[0]!, lane!.leaseToken);
    const eventIds = rows.map(({ eventId }) => eventId);
    await lanes.contents(eventIds, 1_000_000);
    const postponed = rows.slice(60, 70).map((row) => ({ ...row, nextDueAt: 2 }));
    await records.record(group({ attempts: rows.slice(0, 50).map((row) => delivered(row)) }));
    await records.record(group({ attempts: rows.slice(50, 60).map((row) => retried(row, 2)) }));
    const reported = rows.slice(80, 90).map((row) => failed(row, 'GONE', { event: EVENT }));
    await records.record(group({ attempts: reported }));
    await records.record(group({ postponed }));
    await records.record(group({ parked: rows.slice(70, 80) }));
    await records.unpark([transportId], 2);
    await whileLocked(rows[100]!.deliveryId, async () => {
      const attempts = rows.slice(100, 110).map((row) => delivered(row));
      const { locked } = await records.record(group({ attempts }));
      expect(locked).toEqual(new Set([rows[100]!.deliveryId]));
    });
    const change = { transportId, leaseToken: lane!.leaseToken, consecutiveFailures: 1, failingSince: 1 };
    await records.changeTransports([{ ...change, blockedUntil: 1 }], 1);
    await records.changeTransports([{ ...change, blockedUntil: 1, events: [EVENT] }], 1);
    const held = { ...lane!, scanFrom: 1, leaseMs: 30_000 };
    expect(await lanes.check([transportId])).toHaveLength(1);
    expect((await lanes.renew([held])).size).toBe(1);
    await lanes.forgiveCrashes([transportId]);
    expect((await lanes.release([{ ...held, version: null, dueAt: null }])).size).toBe(1);
  }

  async function runRequests(
    requests: PostgresRequestStore,
    deliveries: PostgresDeliveryStore,
  ): Promise<void> {
    const [tenant] = await database.dataSource.query<{ id: number }[]>(
      `SELECT id FROM webhook_tenant WHERE tenant_uid = 'shop'`,
    );
    const [ended, pending] = await database.dataSource.query<{ id: string }[]>(
      `(SELECT id FROM webhook_delivery WHERE tenant_id = 1 LIMIT 1)
       UNION ALL (SELECT delivery_id FROM webhook_queue WHERE attempts = 0 LIMIT 1)`,
    );
    const ids = [Number(ended!.id), Number(pending!.id)];
    const facts = await requests.facts(tenant!.id, [transportId], ids);
    expect(facts).toHaveLength(2);
    const { deliveryId, dueAt } = facts.find((one) => one.dueAt !== null)!;
    const now = database.now();
    const marked = await requests.request(tenant!.id, [{ transportId, dueAt: dueAt!, deliveryId }], now);
    expect(marked).toEqual(new Set([deliveryId]));
    expect((await deliveries.moveBack(tenant!.id, [ids[0]!], now)).size).toBe(1);
    const [reading] = await requests.read([{ transportId, afterId: Number.MIN_SAFE_INTEGER, limit: 100 }]);
    expect(reading!.rows).toHaveLength(2);
    await requests.clear([{ transportId, requestsVersion: reading!.requestsVersion }]);
  }

  /** Reads of a job that recovers or replays. They run beside the hot path, many times a second. */
  async function runRecoveries(recoveries: PostgresRecoveryStore): Promise<void> {
    const range = { afterId: Number.MIN_SAFE_INTEGER, beforeId: Number.MAX_SAFE_INTEGER, limit: 100 };
    expect((await recoveries.scanEvents('shop', range)).rows).toHaveLength(100);
    await recoveries.scanEnded(1, transportId, 'FAILED', range);
    await recoveries.items(1, transportId, 0, 100);
    const { last } = (await recoveries.eventRange())!;
    expect(await recoveries.pairs(transportId, [last])).toHaveLength(1);
    const none = await recoveries.pending(transportId, { due: 10, parked: 10 }, database.now());
    expect(none).toEqual({ due: 0, parked: 0 });
  }

  async function whileLocked(deliveryId: number, work: () => Promise<void>): Promise<void> {
    const other = database.dataSource.createQueryRunner();
    await other.startTransaction();
    await other.query(`SELECT 1 FROM webhook_queue WHERE delivery_id = ${deliveryId} FOR UPDATE`);
    await work();
    await other.rollbackTransaction();
    await other.release();
  }

  it('are all checked', () => {
    const names = new Set(plans.map(({ name }) => name.replace(', generic', '')));
    expect([...names]).toEqual([
      'tillhook_fanout_read',
      'tillhook_fanout_read_contents',
      ...KINDS_OF_WRITE.map((kind) => `tillhook_fanout_write${Object.values(kind).map(Number).join('')}`),
      'tillhook_lane_due',
      'tillhook_lane_claim',
      'tillhook_lane_read',
      'tillhook_lane_note',
      'tillhook_lane_contents',
      'tillhook_record_ends',
      'tillhook_record_any',
      'tillhook_record_reported',
      'tillhook_postpone',
      'tillhook_park',
      'tillhook_unpark',
      'tillhook_record_ends_skipping',
      'tillhook_record_missing',
      'tillhook_change_transports',
      'tillhook_report_transports',
      'tillhook_lane_check',
      'tillhook_lane_renew',
      'tillhook_lane_forgive',
      'tillhook_lane_release',
      'tillhook_count_pending',
      'tillhook_sweep_lanes',
      'tillhook_sweep_schedule',
      'tillhook_recovery_events',
      'tillhook_recovery_ended',
      'tillhook_recovery_items',
      'tillhook_recovery_event_range',
      'tillhook_recovery_pairs',
      'tillhook_recovery_pending',
      'tillhook_request_facts',
      'tillhook_request',
      'tillhook_delivery_move_back',
      'tillhook_request_read',
      'tillhook_request_clear',
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

  it('find rows of the queue by key, from a date on, of one event, or among the requested ones', () => {
    // The sweep looks at the first row of a lane.
    const walks = conditionsOf('webhook_queue', (name) => !name.startsWith('tillhook_sweep_lanes')).filter(
      (condition) =>
        !/transport_id = .*(due_at|ordering_key)/.test(condition) &&
        !/^tillhook_(fanout_write|recovery_pairs).*webhook_queue_event \(event_id = /.test(condition) &&
        !/^tillhook_request_facts.*webhook_queue_list .*ROW\(tenant_id, transport_id, delivery_id\) >=/.test(
          condition,
        ) &&
        !/^tillhook_request_read.*webhook_queue_requested .*delivery_id > /.test(condition),
    );
    expect(walks).toEqual([]);
  });

  it('find lanes by key, and due lanes from the cursor on', () => {
    const due = conditionsOf('webhook_lane', (name) => name.startsWith('tillhook_lane_due'));
    expect(due.length).toBeGreaterThan(0);
    for (const condition of due)
      expect(condition).toMatch(/webhook_lane_due.*due_at <= .*ROW\(due_at, transport_id\) >/);
    const others = conditionsOf('webhook_lane', (name) => !/tillhook_(lane_due|sweep_lanes)/.test(name));
    expect(others.filter((condition) => !/webhook_lane_pkey.*transport_id = /.test(condition))).toEqual([]);
  });

  /** How the statements search indexes of a table: `statement: index condition`. */
  const conditionsOf = (table: string, isMeant: (name: string) => boolean): string[] =>
    plans
      .filter(({ name }) => isMeant(name))
      .flatMap(({ name, plan }) =>
        nodesOf(plan)
          .filter((node) => node['Relation Name'] === table && isIndexScan(node))
          .map((node) => `${name}: ${node['Index Name']} ${node['Index Cond']}`),
      );
});

const isIndexScan = (node: PlanNode): boolean => /^Index (Only )?Scan$/.test(node['Node Type']);
const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

/** Index scans of a large table without a condition, unless a LIMIT stands above them. */
const unboundedWalks = (node: PlanNode): PlanNode[] => {
  if (node['Node Type'] === 'Limit') return [];
  const isWalk =
    isIndexScan(node) && LARGE.includes(node['Relation Name'] ?? '') && node['Index Cond'] === undefined;
  return [...(isWalk ? [node] : []), ...(node.Plans ?? []).flatMap(unboundedWalks)];
};
