import type { PoolClient } from 'pg';
import { queueTotals, type QueueChange } from '../../domain/queue-depth.js';
import {
  ALL_TENANTS_ID,
  countRows,
  GRANULARITIES,
  type CountRow,
  type Fact,
  type FactEvent,
  type Granularity,
} from '../../domain/statistics.js';
import type { CountsRequest, StatisticStore } from '../ports/statistic-store.js';
import { factsOf, factTextsByTenant, queueChangesOf } from '../sql/facts.js';
import type { PostgresDatabase } from './postgres-database.js';
import { numbers, numbersOf } from './sql.js';

interface CountsRow {
  transport_id: number;
  action: string;
  start: number;
  delivered: number;
  failed: number;
  retried: number;
  missed: number;
  attempts: string;
  deliveries: string;
}

/** Statistics on PostgreSQL. */
export class PostgresStatisticStore implements StatisticStore {
  readonly #sql;

  constructor(private readonly database: PostgresDatabase) {
    const fact = database.table('webhook_statistic_fact');
    const statistic = database.table('webhook_statistic');
    const merged = (column: string): string => `(
      SELECT array_agg(coalesce(h.mine, 0) + coalesce(h.added, 0) ORDER BY h.bucket)
      FROM unnest(s.${column}, excluded.${column}) WITH ORDINALITY AS h (mine, added, bucket))`;
    this.#sql = {
      groups: `SELECT id FROM ${fact} WHERE id > $1::bigint ORDER BY id LIMIT $2::int`,
      take: `
        DELETE FROM ${fact} WHERE ctid = ANY (ARRAY(
          SELECT f.place FROM unnest($1::bigint[]) AS i (id) CROSS JOIN LATERAL (
            SELECT ctid AS place FROM ${fact} WHERE id = i.id LIMIT 1 FOR UPDATE SKIP LOCKED
          ) f
        )) RETURNING facts`,
      lock: `SELECT facts FROM ${fact} WHERE id = $1::bigint FOR UPDATE SKIP LOCKED`,
      split: `
        WITH removed AS (DELETE FROM ${fact} WHERE id = $1::bigint)
        INSERT INTO ${fact} (facts) SELECT unnest($2::text[])`,
      // LATERAL with LIMIT: found by key, whatever the statistics of the tables say.
      events: `
        SELECT e.* FROM unnest($1::bigint[]) AS i (id) CROSS JOIN LATERAL (
          SELECT id, action, created_at FROM ${database.table('webhook_event')} WHERE id = i.id LIMIT 1
        ) e`,
      // A histogram without counts is an empty array. Adding it to another histogram leaves that one unchanged. If both are
      // empty, array_agg has no rows and returns null.
      add: `
        INSERT INTO ${statistic} AS s (tenant_id, granularity, transport_id, start, action, delivered, failed, retried, missed,
          attempts, deliveries)
        SELECT tenant_id, granularity, transport_id, start, action, delivered, failed, retried, missed, attempts::int[],
          deliveries::int[]
        FROM unnest($1::int[], $2::int[], $3::bigint[], $4::bigint[], $5::text[], $6::int[], $7::int[], $8::int[], $9::int[],
          $10::text[], $11::text[])
          AS a (tenant_id, granularity, transport_id, start, action, delivered, failed, retried, missed, attempts, deliveries)
        ON CONFLICT (tenant_id, granularity, transport_id, start, action) DO UPDATE SET
          delivered = s.delivered + excluded.delivered, failed = s.failed + excluded.failed,
          retried = s.retried + excluded.retried, missed = s.missed + excluded.missed,
          attempts = coalesce(${merged('attempts')}, '{}'), deliveries = coalesce(${merged('deliveries')}, '{}')`,
      // If the tenant was erased since, its depths are not stored again.
      addQueued: `
        INSERT INTO ${database.table('webhook_queue_depth')} AS d (tenant_id, transport_id, queued, ended)
        SELECT tenant_id, transport_id, queued, ended
        FROM unnest($1::int[], $2::bigint[], $3::bigint[], $4::bigint[]) AS a (tenant_id, transport_id, queued, ended)
        WHERE tenant_id = ${ALL_TENANTS_ID} OR (
          SELECT 1 FROM ${database.table('webhook_tenant')} t WHERE t.id = a.tenant_id LIMIT 1) IS NOT NULL
        ON CONFLICT (tenant_id, transport_id) DO UPDATE SET
          queued = d.queued + excluded.queued, ended = d.ended + excluded.ended`,
      counts: `
        SELECT s.* FROM unnest($3::bigint[]) AS t (id) CROSS JOIN LATERAL (
          SELECT transport_id, action, start, delivered, failed, retried, missed, attempts::text, deliveries::text
          FROM ${statistic}
          WHERE tenant_id = $1::int AND granularity = $2::int AND transport_id = t.id AND start >= $5::bigint
            AND start < $6::bigint AND ($4::text IS NULL OR action = $4::text) OFFSET 0
        ) s`,
      delete: `
        DELETE FROM ${statistic} WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM ${statistic} WHERE granularity = $1::int AND start < $2::bigint
          ORDER BY granularity, start LIMIT $3::int FOR UPDATE SKIP LOCKED))`,
    };
  }

  async groups(after: number, most: number): Promise<number[]> {
    const rows = await this.database.query<{ id: number }>('tillhook_statistic_groups', this.#sql.groups, [
      after,
      most,
    ]);
    return rows.map(({ id }) => id);
  }

  rollUp(groupIds: readonly number[]): Promise<void> {
    return this.database.transaction(async (client) => {
      const taken = await client.query<{ facts: string }>({
        name: 'tillhook_statistic_take',
        text: this.#sql.take,
        values: [numbers(groupIds)],
      });
      const changes = taken.rows.flatMap((row) => queueChangesOf(row.facts));
      const facts = taken.rows.flatMap((row) => factsOf(row.facts));
      if (facts.length > 0) await this.#count(client, facts);
      // This comes last, so that the lock on the row of all tenants, which every process writes, is held as briefly as possible.
      if (changes.length > 0) {
        const values = queueParametersOf(queueTotals(changes));
        await client.query({ name: 'tillhook_statistic_queued', text: this.#sql.addQueued, values });
      }
    });
  }

  async #count(client: PoolClient, facts: readonly Fact[]): Promise<void> {
    const ids = [...new Set(facts.map(({ eventId }) => eventId))].sort((a, b) => a - b);
    const found = await client.query<{ id: number; action: string; created_at: number }>({
      name: 'tillhook_statistic_events',
      text: this.#sql.events,
      values: [numbers(ids)],
    });
    const events = new Map<number, FactEvent>(
      found.rows.map((row) => [row.id, { action: row.action, createdAt: row.created_at }]),
    );
    const values = parametersOf(countRows(facts, events));
    await client.query({ name: 'tillhook_statistic_add', text: this.#sql.add, values });
  }

  splitByTenant(groupId: number): Promise<boolean> {
    return this.database.transaction(async (client) => {
      // Without names: groups are split rarely, and a prepared statement would stay.
      const { rows } = await client.query<{ facts: string }>({ text: this.#sql.lock, values: [groupId] });
      const texts = rows.flatMap(({ facts }) => factTextsByTenant(facts));
      if (texts.length < 2) return false;
      await client.query({ text: this.#sql.split, values: [groupId, texts] });
      return true;
    });
  }

  async counts({
    tenantId,
    granularity,
    transportIds,
    action,
    from,
    to,
  }: CountsRequest): Promise<CountRow[]> {
    const all = transportIds === undefined;
    const values = [
      tenantId,
      GRANULARITIES[granularity],
      numbers(transportIds ?? [0]),
      action ?? (all ? '' : null),
      from,
      to,
    ];
    const rows = await this.database.query<CountsRow>('tillhook_statistic_counts', this.#sql.counts, values);
    return rows.map(({ transport_id: transportId, attempts, deliveries, ...row }) => ({
      ...row,
      tenantId,
      granularity,
      transportId,
      attempts: numbersOf(attempts),
      deliveries: numbersOf(deliveries),
    }));
  }

  async deleteBefore(granularity: Granularity, start: number, most: number): Promise<boolean> {
    const values = [GRANULARITIES[granularity], start, most];
    return this.database.transaction(async (client) => {
      const { rowCount } = await client.query({
        name: 'tillhook_statistic_delete',
        text: this.#sql.delete,
        values,
      });
      return rowCount === most;
    });
  }
}

const queueParametersOf = (rows: readonly QueueChange[]): unknown[] => [
  numbers(rows.map((row) => row.tenantId)),
  numbers(rows.map((row) => row.transportId)),
  numbers(rows.map((row) => row.queued)),
  numbers(rows.map((row) => row.ended)),
];

const parametersOf = (rows: readonly CountRow[]): unknown[] => [
  numbers(rows.map((row) => row.tenantId)),
  numbers(rows.map((row) => GRANULARITIES[row.granularity])),
  numbers(rows.map((row) => row.transportId)),
  numbers(rows.map((row) => row.start)),
  rows.map((row) => row.action),
  numbers(rows.map((row) => row.delivered)),
  numbers(rows.map((row) => row.failed)),
  numbers(rows.map((row) => row.retried)),
  numbers(rows.map((row) => row.missed)),
  rows.map((row) => numbers(row.attempts)),
  rows.map((row) => numbers(row.deliveries)),
];
