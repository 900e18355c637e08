import { queueTotals } from '../../domain/queue-depth.js';
import {
  ALL_ACTIONS,
  ALL_TENANTS_ID,
  ALL_TRANSPORTS_ID,
  countRows,
  CountSum,
  GRANULARITIES,
  type CountRow,
  type FactEvent,
  type Granularity,
} from '../../domain/statistics.js';
import type { CountsRequest, StatisticStore } from '../ports/statistic-store.js';
import { factsOf, factTextsByTenant, queueChangesOf } from '../sql/facts.js';
import type { SqliteDatabase } from './sqlite-database.js';

interface CountsRow {
  transport_id: number;
  action: string;
  start: number;
  delivered: number;
  failed: number;
  retried: number;
  missed: number;
  /** JSON of `Histogram`. */
  attempts: string;
  /** JSON of `Histogram`. */
  deliveries: string;
}

/** Statistics on SQLite. Only one write transaction runs at a time, so rows are read, added to, and written back. */
export class SqliteStatisticStore implements StatisticStore {
  readonly #sql;

  constructor(private readonly database: SqliteDatabase) {
    const fact = database.table('webhook_statistic_fact');
    const statistic = database.table('webhook_statistic');
    const key = 'tenant_id = ? AND granularity = ? AND transport_id = ? AND start = ? AND action = ?';
    this.#sql = {
      groups: `SELECT id FROM ${fact} WHERE id > ? ORDER BY id LIMIT ?`,
      take: `DELETE FROM ${fact} WHERE id = ? RETURNING facts`,
      note: `INSERT INTO ${fact} (facts) VALUES (?)`,
      read: `SELECT facts FROM ${fact} WHERE id = ?`,
      event: `SELECT action, created_at FROM ${database.table('webhook_event')} WHERE id = ?`,
      find: `SELECT * FROM ${statistic} WHERE ${key}`,
      put: `
        INSERT OR REPLACE INTO ${statistic} (tenant_id, granularity, transport_id, start, action, delivered, failed, retried,
          missed, attempts, deliveries)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      // If the tenant was erased since, its depths are not stored again.
      addQueued: `
        INSERT INTO ${database.table('webhook_queue_depth')} (tenant_id, transport_id, queued, ended)
        SELECT @tenantId, @transportId, @queued, @ended
        WHERE @tenantId = ${ALL_TENANTS_ID} OR EXISTS (
          SELECT 1 FROM ${database.table('webhook_tenant')} WHERE id = @tenantId)
        ON CONFLICT (tenant_id, transport_id) DO UPDATE SET
          queued = queued + excluded.queued, ended = ended + excluded.ended`,
      counts: `
        SELECT * FROM ${statistic}
        WHERE tenant_id = ? AND granularity = ? AND transport_id = ? AND start >= ? AND start < ?`,
      delete: `
        DELETE FROM ${statistic} WHERE (tenant_id, granularity, transport_id, start, action) IN (
          SELECT tenant_id, granularity, transport_id, start, action FROM ${statistic}
          WHERE granularity = ? AND start < ? ORDER BY granularity, start LIMIT ?)`,
    };
  }

  groups(after: number, most: number): Promise<number[]> {
    const rows = this.database.prepare<{ id: number }>(this.#sql.groups).all(after, most);
    return Promise.resolve(rows.map(({ id }) => id));
  }

  rollUp(groupIds: readonly number[]): Promise<void> {
    return this.database.transaction(() => {
      const take = this.database.prepare<{ facts: string }>(this.#sql.take);
      const texts = groupIds.map((id) => take.get(id)?.facts ?? '');
      const facts = texts.flatMap(factsOf);
      const events = new Map<number, FactEvent>();
      const findEvent = this.database.prepare<{ action: string; created_at: number }>(this.#sql.event);
      for (const id of new Set(facts.map(({ eventId }) => eventId))) {
        const row = findEvent.get(id);
        if (row) events.set(id, { action: row.action, createdAt: row.created_at });
      }
      for (const row of countRows(facts, events)) this.#add(row);
      const addQueued = this.database.prepare(this.#sql.addQueued);
      for (const row of queueTotals(texts.flatMap(queueChangesOf))) addQueued.run(row);
    });
  }

  splitByTenant(groupId: number): Promise<boolean> {
    return this.database.transaction(() => {
      const group = this.database.prepare<{ facts: string }>(this.#sql.read).get(groupId);
      const texts = group === undefined ? [] : factTextsByTenant(group.facts);
      if (texts.length < 2) return false;
      this.database.prepare(this.#sql.take).get(groupId);
      for (const text of texts) this.database.prepare(this.#sql.note).run(text);
      return true;
    });
  }

  #add(row: CountRow): void {
    const { tenantId, granularity, transportId, start, action } = row;
    const key = [tenantId, GRANULARITIES[granularity], transportId, start, action];
    const sum = new CountSum();
    sum.addCounts(row);
    const present = this.database.prepare<CountsRow>(this.#sql.find).get(...key);
    if (present) sum.addCounts(countsOf(present));
    const { delivered, failed, retried, missed, attempts, deliveries } = sum;
    this.database
      .prepare(this.#sql.put)
      .run(...key, delivered, failed, retried, missed, JSON.stringify(attempts), JSON.stringify(deliveries));
  }

  counts({ tenantId, granularity, transportIds, action, from, to }: CountsRequest): Promise<CountRow[]> {
    const wanted = action ?? (transportIds === undefined ? ALL_ACTIONS : undefined);
    const find = this.database.prepare<CountsRow>(this.#sql.counts);
    const rows = (transportIds ?? [ALL_TRANSPORTS_ID]).flatMap((transportId) =>
      find.all(tenantId, GRANULARITIES[granularity], transportId, from, to),
    );
    return Promise.resolve(
      rows
        .filter((row) => wanted === undefined || row.action === wanted)
        .map((row) => ({
          tenantId,
          granularity,
          transportId: row.transport_id,
          action: row.action,
          start: row.start,
          ...countsOf(row),
        })),
    );
  }

  deleteBefore(granularity: Granularity, start: number, most: number): Promise<boolean> {
    return this.database.transaction(
      () =>
        this.database.prepare(this.#sql.delete).run(GRANULARITIES[granularity], start, most).changes === most,
    );
  }
}

const countsOf = ({ delivered, failed, retried, missed, attempts, deliveries }: CountsRow) => ({
  delivered,
  failed,
  retried,
  missed,
  attempts: JSON.parse(attempts) as number[],
  deliveries: JSON.parse(deliveries) as number[],
});
