import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '../../lib/persistence/ports/database.js';
import { OperatorRepository } from '../../lib/persistence/repositories/operator.repository.js';
import { createDatabase } from '../support/databases.js';
import { StoreFixture } from '../support/store-fixture.js';
import type { TestDatabase } from '../support/test-database.js';

/** A node of `EXPLAIN (ANALYZE, FORMAT JSON)`. */
interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  Plans?: PlanNode[];
}

interface Explained {
  'QUERY PLAN': { Plan: PlanNode }[];
}

const TRANSPORTS = 3_000;
const QUEUED = 60_000;
const HOURS = 2_000;
const HOUR_MS = 3_600_000;
const PAGE = 26;
const NOW = Date.UTC(2026, 2, 14);

/** Rows that a list may read from a table: far fewer than the table has, except for transports. */
const MOST_ROWS: Readonly<Record<string, number>> = {
  webhook_queue: PAGE,
  // The transports of each tenant are counted four times.
  webhook_http_transport: 4 * TRANSPORTS,
  // For each row of a page, three columns are computed, each from the rows of 25 hours.
  webhook_statistic: 25 * 3 * PAGE,
  webhook_tenant: 2 * PAGE,
  webhook_lane: 1_000,
  webhook_queue_depth: PAGE,
  webhook_statistic_fact: 1_000,
};

describe('The lists of the operator on PostgreSQL', () => {
  let db: TestDatabase;
  let fixture: StoreFixture;
  const read: { list: string; node: PlanNode }[] = [];

  beforeAll(async () => {
    db = await createDatabase('postgres');
    fixture = await StoreFixture.open(db);
    const { dataSource } = fixture.database;
    await fixture.transport();
    // These are the statistics of empty tables. The planner must not conclude from them that a scan is cheap.
    await dataSource.query('ANALYZE');
    await fill();
    let list = '';
    const explaining = {
      kind: 'postgres',
      table: (name: string) => fixture.database.table(name),
      dataSource: {
        query: async (text: string, values: unknown[]) => {
          const [row] = await dataSource.query<Explained[]>(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values);
          read.push(...nodesOf(row!['QUERY PLAN'][0]!.Plan).map((node) => ({ list, node })));
          return dataSource.query<unknown[]>(text, values);
        },
      },
    };
    const lists = new OperatorRepository(explaining as unknown as Database);
    const after = { value: 1_000, id: 0 };
    const since = NOW - 24 * HOUR_MS;
    list = 'failing';
    expect(await lists.failing({ after, limit: PAGE }, since)).toHaveLength(PAGE);
    list = 'lanes';
    expect(await lists.lanes({ after, limit: PAGE })).toHaveLength(PAGE);
    list = 'holders';
    expect(await lists.holders(0)).toHaveLength(3);
    list = 'tenants';
    const tenants = await lists.tenants({ afterId: 0, limit: PAGE }, since);
    expect(tenants).toHaveLength(PAGE);
    list = 'pending';
    const pending = await lists.pendingOf(tenants.map(({ id }) => id));
    expect([...pending.values()]).toEqual(tenants.map(() => 5));
  }, 60_000);
  afterAll(async () => {
    await fixture.close();
    await db.drop();
  });

  /** Half of the transports fail, every lane has work, and one has almost all deliveries. */
  async function fill(): Promise<void> {
    const { dataSource } = fixture.database;
    const [{ id: tenantId, tenant_uid: tenantUid }] = (await fixture.rows('webhook_tenant')) as [
      { id: number; tenant_uid: string },
    ];
    for (const statement of [
      `INSERT INTO webhook_http_transport (tenant_uid, http_transport_uid, name, url, headers, security_type, signing_secrets,
         state, failing_since, version, created_at, last_modified_at)
       SELECT '${tenantUid}', 't' || n, 'ERP', 'https://erp.example.com', '[]', 'NONE', '[]', 'ACTIVE',
         CASE WHEN n % 2 = 0 THEN n END, 1, 0, 0 FROM generate_series(1, ${TRANSPORTS}) n`,
      `INSERT INTO webhook_lane (transport_id, tenant_uid, due_at, holder, lease_until)
       SELECT id, tenant_uid, row_number() OVER (ORDER BY id), 'web:' || id % 3, 1 FROM webhook_http_transport
       ON CONFLICT DO NOTHING`,
      `INSERT INTO webhook_queue (transport_id, due_at, event_id, webhook_id, created_at, tenant_id)
       SELECT (SELECT min(id) FROM webhook_http_transport), n, n, 1, 0, ${tenantId} FROM generate_series(1, ${QUEUED}) n`,
      `INSERT INTO webhook_tenant (tenant_uid) SELECT 'tenant' || n FROM generate_series(1, 2000) n`,
      `INSERT INTO webhook_statistic (tenant_id, granularity, transport_id, start, action, delivered, failed, retried, missed,
         attempts, deliveries)
       SELECT ${tenantId}, 60, t.id, ${NOW} - n * ${HOUR_MS}::bigint, '', 1, 1, 1, 1, '{}', '{}'
       FROM generate_series(0, ${HOURS}) n
       CROSS JOIN (SELECT 0 AS id UNION ALL (SELECT id FROM webhook_http_transport ORDER BY id LIMIT 5)) t`,
      `INSERT INTO webhook_queue_depth (tenant_id, transport_id, queued, ended)
       SELECT n.id, t.id, 9, 4 FROM webhook_tenant n CROSS JOIN generate_series(0, 9) AS t (id)`,
      `INSERT INTO webhook_statistic_fact (facts) SELECT '0,1,1,Q' FROM generate_series(1, 3000)`,
    ])
      await dataSource.query(statement);
  }

  it('read no table as a whole', () => {
    const scans = read.filter(({ node }) => /Seq Scan|Bitmap/.test(node['Node Type']));
    expect(scans.map(({ list, node }) => `${list}: ${node['Node Type']} ${node['Relation Name']}`)).toEqual(
      [],
    );
  });

  it('use the index in the order of the list', () => {
    const used = (list: string): Set<string | undefined> =>
      new Set(read.filter((entry) => entry.list === list).map(({ node }) => node['Index Name']));
    expect(used('failing')).toContain('webhook_http_transport_failing');
    expect(used('lanes')).toContain('webhook_lane_due');
    expect(used('holders')).toContain('webhook_lane_due');
    expect(used('pending')).toEqual(
      new Set([undefined, 'webhook_queue_depth_pkey', 'webhook_statistic_fact_pkey']),
    );
  });

  it('read a bounded number of rows, and all transports of the listed tenants', () => {
    const tables = read.filter(({ node }) => node['Relation Name'] !== undefined);
    expect(tables.length).toBeGreaterThan(15);
    const rows = tables.map(({ list, node }) => ({
      list,
      table: node['Relation Name']!,
      rows: node['Actual Rows'] * node['Actual Loops'],
    }));
    expect(rows.filter(({ table, rows }) => rows > MOST_ROWS[table]!)).toEqual([]);
  });
});

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];
