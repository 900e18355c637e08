import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { referenceSearch } from '../../lib/domain/event-references.js';
import { PostgresAuditStore } from '../../lib/persistence/postgres/postgres-audit-store.js';
import type { PostgresDatabase } from '../../lib/persistence/postgres/postgres-database.js';
import { PostgresEventListStore } from '../../lib/persistence/postgres/postgres-event-list-store.js';
import { PostgresExplainStore } from '../../lib/persistence/postgres/postgres-explain-store.js';
import { createDatabase } from '../support/databases.js';
import { seedEvents } from '../support/seed-events.js';
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

interface Explained {
  'QUERY PLAN': { Plan: PlanNode }[];
}

const ROWS = 20_000;
const EVERYTHING = {
  createdFrom: undefined,
  createdTo: undefined,
  afterId: 0,
  beforeId: Number.MAX_SAFE_INTEGER,
  limit: 26,
};
const START = Date.UTC(2026, 0, 1);
/** The first version of PostgreSQL whose EXPLAIN shows the plan for unknown parameters (GENERIC_PLAN). */
const GENERIC_PLANS_SINCE = 160_000;

/**
 * The statements of the lists read a bounded part of an index, whatever the statistics say: those that were taken when
 * the tables were empty, and those of a tenant that seems to have no rows.
 */
describe('The lists of events and of the audit on PostgreSQL', () => {
  let db: TestDatabase;
  let fixture: StoreFixture;
  let database: PostgresDatabase;
  const plans: { name: string; plan: PlanNode }[] = [];

  beforeAll(async () => {
    db = await createDatabase('postgres');
    fixture = await StoreFixture.open(db);
    database = fixture.database as PostgresDatabase;
    const transport = await fixture.transport();
    await fixture.webhook(transport);
    await explainAll(transport.id);
    // The plans above were made for empty tables. Those below are made with statistics from when another tenant had all rows.
    await fill('other');
    await database.dataSource.query('ANALYZE');
    await fill('shop');
    await explainAll(transport.id);
  });
  afterAll(async () => {
    await fixture.close();
    await db.drop();
  });

  async function fill(tenantUid: string): Promise<void> {
    await seedEvents(database.dataSource, { tenantUid, count: ROWS, createdAt: START });
    await database.dataSource.query(
      `INSERT INTO webhook_audit (tenant_uid, created_at, kind, http_transport_uid, changes)
       SELECT '${tenantUid}', ${START}, 'TRANSPORT_PAUSED', 'erp', '[]' FROM generate_series(1, ${ROWS})`,
    );
  }

  /** Runs the statements, and asks for their plans on the very same data. */
  async function explainAll(transportId: number): Promise<void> {
    const [server] = await database.dataSource.query<{ version: number }[]>(
      `SELECT current_setting('server_version_num')::int AS version`,
    );
    const explaining = Object.create(database) as PostgresDatabase;
    explaining.table = (name) => database.table(name);
    explaining.query = async <Row extends object>(name: string, text: string, values: unknown[]) => {
      const [row] = await database.query<Explained>(
        `explain_${name}_${plans.length}`,
        `EXPLAIN (FORMAT JSON) ${text}`,
        values,
      );
      plans.push({ name, plan: row!['QUERY PLAN'][0]!.Plan });
      if (server!.version >= GENERIC_PLANS_SINCE) {
        const [generic] = await database.dataSource.query<Explained[]>(
          `EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${text}`,
        );
        plans.push({ name: `${name}, generic`, plan: generic!['QUERY PLAN'][0]!.Plan });
      }
      return database.query<Row>(name, text, values);
    };
    const events = new PostgresEventListStore(explaining);
    const page = { ...EVERYTHING, tenantUid: 'shop', action: undefined, reference: undefined };
    await events.page(page);
    await events.page({ ...page, action: 'TILL_OPEN' });
    await events.page({ ...page, reference: referenceSearch('7') });
    await events.range('shop');
    await events.firstFrom('shop', [1, 2, 3]);
    const audit = new PostgresAuditStore(explaining);
    const nothing = { kind: undefined, actor: undefined, httpTransportUid: undefined, webhookUid: undefined };
    await audit.page({ ...EVERYTHING, ...nothing, tenantUid: 'shop' });
    await audit.range('shop');
    await audit.firstFrom('shop', [1, 2, 3]);
    const explain = new PostgresExplainStore(explaining);
    const places = [{ id: 1, webhookId: 1, transportId }];
    await explain.webhooks('shop', 0, 26);
    await explain.outboxEntry('shop', 1);
    await explain.deliveriesOf({
      tenantId: 1,
      eventId: 1,
      afterId: 0,
      upToId: 9,
      transportIds: [transportId],
    });
    await explain.listed(1, places);
    await explain.pending(1, places);
  }

  const nodes = (): { name: string; node: PlanNode }[] =>
    plans.flatMap(({ name, plan }) => nodesOf(plan).map((node) => ({ name, node })));

  it('read no table as a whole', () => {
    const scans = nodes().filter(({ node }) => /Seq Scan|Bitmap/.test(node['Node Type']));
    expect(scans.map(({ name, node }) => `${name}: ${node['Node Type']} ${node['Relation Name']}`)).toEqual(
      [],
    );
  });

  it.each([
    ['webhook_event', 'webhook_event_tenant'],
    ['webhook_audit', 'webhook_audit_tenant'],
  ])('find rows of %s by tenant and number, or by number', (table, index) => {
    const conditions = nodes()
      .filter(({ node }) => node['Relation Name'] === table)
      .map(({ name, node }) => `${name}: ${node['Index Name']} ${node['Index Cond']}`);
    expect(conditions.length).toBeGreaterThan(10);
    const wanted = new RegExp(
      `${index} .*ROW\\(.*tenant_uid.*, id\\).*ROW\\(.*tenant_uid.*, id\\)|${table}_pkey \\(id = `,
    );
    expect(conditions.filter((condition) => !wanted.test(condition))).toEqual([]);
  });
});

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];
