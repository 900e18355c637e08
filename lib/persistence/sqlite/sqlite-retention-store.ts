import type {
  LogScope,
  NumberedTenant,
  OldDelivery,
  OldEvent,
  RemovedEvents,
  RemovedRows,
  RetentionStore,
  TombstoneCursor,
} from '../ports/retention-store.js';
import {
  ERASED_BODY,
  isReferred,
  isUnsent,
  numberedTenants,
  removeTombstones,
  tenantIdOf,
} from '../sql/retention-sql.js';
import type { SqliteDatabase } from './sqlite-database.js';

interface DeliveryRow {
  id: number;
  created_at: number;
  finished_at: number;
  bytes: number;
}

interface EventRow {
  id: number;
  tenant_uid: string;
  created_at: number;
  has_body: number;
  bytes: number;
  is_referred: number;
}

/** Retention on SQLite. Each call blocks the event loop, so the caller passes few rows at a time. */
export class SqliteRetentionStore implements RetentionStore {
  readonly #sql;

  constructor(private readonly database: SqliteDatabase) {
    const table = (name: string): string => database.table(name);
    const [event, delivery, attempt] = ['webhook_event', 'webhook_delivery', 'webhook_attempt'].map(table);
    this.#sql = {
      // octet_length reads the size of a value, not the value.
      oldestDeliveries: `
        SELECT d.id, d.created_at, d.finished_at, coalesce(octet_length(d.response_body), 0) + coalesce(
          (SELECT octet_length(e.body) FROM ${event} e WHERE e.id = d.event_id), 0) AS bytes
        FROM ${delivery} d INDEXED BY webhook_delivery_tenant
        WHERE d.tenant_id = ? AND d.status = ? AND d.id > ? ORDER BY d.id LIMIT ?`,
      removeDelivery: `
        DELETE FROM ${delivery} WHERE id = ? AND tenant_id = ? AND status = ? AND finished_at < ? RETURNING event_id`,
      removeAttempts: `DELETE FROM ${attempt} WHERE delivery_id = ?`,
      removeEvent: `DELETE FROM ${event} AS e WHERE e.id = ? AND NOT ${isReferred(table, 'e')}`,
      oldestEvents: `
        SELECT e.id, e.tenant_uid, e.created_at, e.expunged_at IS NULL AS has_body, octet_length(e.body) AS bytes,
               ? AND ${isReferred(table, 'e')} AS is_referred
        FROM ${event} e WHERE e.id > ? ORDER BY e.id LIMIT ?`,
      eraseBody: `
        UPDATE ${event} AS e SET ${ERASED_BODY}, expunged_at = ?
        WHERE e.id = ? AND e.expunged_at IS NULL AND NOT ${isUnsent(table, 'e')}`,
    };
  }

  tenants(afterId: number, limit: number): Promise<NumberedTenant[]> {
    return numberedTenants(this.database, afterId, limit);
  }

  tenantId(tenantUid: string): Promise<number | undefined> {
    return tenantIdOf(this.database, tenantUid);
  }

  oldestDeliveries({ tenantId, status }: LogScope, afterId: number, limit: number): Promise<OldDelivery[]> {
    const rows = this.database
      .prepare<DeliveryRow>(this.#sql.oldestDeliveries)
      .all(tenantId, status, afterId, limit);
    return Promise.resolve(
      rows.map(({ id, created_at: createdAt, finished_at: finishedAt, bytes }) => ({
        id,
        createdAt,
        finishedAt,
        bytes,
      })),
    );
  }

  removeDeliveries(
    { tenantId, status }: LogScope,
    ids: readonly number[],
    finishedBefore: number,
  ): Promise<RemovedRows> {
    return this.#timed(() => {
      let [deliveries, attempts] = [0, 0];
      const eventIds = new Set<number>();
      const remove = this.database.prepare<{ event_id: number }>(this.#sql.removeDelivery);
      for (const id of ids) {
        const row = remove.get(id, tenantId, status, finishedBefore);
        if (row === undefined) continue;
        deliveries += 1;
        attempts += this.#run(this.#sql.removeAttempts, id);
        eventIds.add(row.event_id);
      }
      return { deliveries, attempts, events: this.#removeEvents(eventIds) };
    });
  }

  oldestEvents(afterId: number, limit: number, withReferences: boolean): Promise<OldEvent[]> {
    const rows = this.database
      .prepare<EventRow>(this.#sql.oldestEvents)
      .all(Number(withReferences), afterId, limit);
    return Promise.resolve(
      rows.map((row) => ({
        id: row.id,
        tenantUid: row.tenant_uid,
        createdAt: row.created_at,
        bytes: row.bytes,
        hasBody: row.has_body === 1,
        isReferred: row.is_referred === 1,
      })),
    );
  }

  removeEvents(ids: readonly number[]): Promise<RemovedEvents> {
    return this.#timed(() => ({ events: this.#removeEvents(ids) }));
  }

  eraseBodies(ids: readonly number[], now: number): Promise<RemovedEvents> {
    return this.#timed(() => ({
      events: ids.reduce((erased, id) => erased + this.#run(this.#sql.eraseBody, now, id), 0),
    }));
  }

  removeTombstones(after: TombstoneCursor, limit: number): Promise<TombstoneCursor | undefined> {
    return removeTombstones(this.database, after, limit);
  }

  /** Runs a transaction and measures it, without the wait for the write lock. */
  async #timed<Counts extends object>(work: () => Counts): Promise<Counts & { tookMs: number }> {
    let timed: (Counts & { tookMs: number }) | undefined;
    await this.database.transaction(() => {
      const startedAt = performance.now();
      timed = { ...work(), tookMs: performance.now() - startedAt };
    });
    return timed!;
  }

  #removeEvents(ids: Iterable<number>): number {
    let removed = 0;
    for (const id of ids) removed += this.#run(this.#sql.removeEvent, id);
    return removed;
  }

  #run(sql: string, ...values: unknown[]): number {
    return this.database.prepare(sql).run(...values).changes;
  }
}
