import { grouped } from '../../domain/grouped.js';
import type {
  FanoutBatch,
  FanoutPlan,
  FanoutResult,
  FanoutStore,
  FanoutWebhook,
  OutboxCursor,
  PlannedDelivery,
  UnfannedEvent,
} from '../fanout-store.js';
import { notifyLane } from '../queue-sql.js';
import { readContents } from './read-contents.js';
import type { SqliteDatabase } from './sqlite-database.js';

interface EventRow {
  event_id: number;
  tenant_uid: string;
  action: string;
  ordering_key: string | null;
}

interface WebhookRow {
  id: number;
  tenant_uid: string;
  webhook_uid: string;
  action: string;
  ordered: number;
  transport_id: number;
  http_transport_uid: string;
  state: string;
  origin: string;
  sealed_with: string;
}

/** Fan-out on SQLite: plain statements in one synchronous transaction. */
export class SqliteFanoutStore implements FanoutStore {
  readonly #sql;

  constructor(private readonly database: SqliteDatabase) {
    const table = (name: string): string => database.table(name);
    this.#sql = {
      events: `
        SELECT event_id, tenant_uid, action, ordering_key FROM ${table('webhook_outbox')}
        WHERE tenant_uid = ? AND event_id > ? ORDER BY event_id LIMIT ?`,
      // A loose scan: one index probe for each tenant that has unfanned events.
      tenants: `
        WITH RECURSIVE tenants (tenant_uid) AS (
          SELECT min(tenant_uid) FROM ${table('webhook_outbox')}
          UNION ALL
          SELECT (SELECT min(o.tenant_uid) FROM ${table('webhook_outbox')} o WHERE o.tenant_uid > t.tenant_uid)
          FROM tenants t WHERE t.tenant_uid IS NOT NULL
        )
        SELECT tenant_uid FROM tenants WHERE tenant_uid IS NOT NULL`,
      webhooks: `
        SELECT w.id, w.tenant_uid, w.webhook_uid, w.action, w.ordered, t.id AS transport_id, t.http_transport_uid, t.state,
               t.origin, t.sealed_with
        FROM ${table('webhook_webhook')} w JOIN ${table('webhook_http_transport')} t ON t.id = w.transport_id
        WHERE w.tenant_uid = ? AND w.enabled`,
      isUnfanned: `SELECT 1 FROM ${table('webhook_outbox')} WHERE tenant_uid = ? AND event_id = ?`,
      stragglers: `
        SELECT event_id, coalesce(ordering_key, '') AS ordering_key FROM ${table('webhook_outbox')}
        WHERE tenant_uid = ? AND event_id < ?`,
      putBack: `
        INSERT INTO ${table('webhook_outbox')} (tenant_uid, event_id, action, ordering_key)
        SELECT tenant_uid, id, action, ordering_key FROM ${table('webhook_event')} WHERE id = ?`,
      takeOff: `DELETE FROM ${table('webhook_outbox')} WHERE tenant_uid = ? AND event_id = ?`,
      hasLane: `SELECT 1 FROM ${table('webhook_lane')} WHERE transport_id = ?`,
      log: `
        INSERT INTO ${table('webhook_delivery')}
          (tenant_uid, event_id, transport_id, http_transport_uid, webhook_uid, action, ordering_key,
           status, reason, due_at, created_at, finished_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (event_id, transport_id) DO NOTHING`,
      queue: `
        INSERT INTO ${table('webhook_queue')} (transport_id, due_at, delivery_id, event_id, ordering_key)
        VALUES (?, ?, ?, ?, ?)`,
      notify: `UPDATE ${table('webhook_lane')} SET ${notifyLane('sqlite', '?')} WHERE transport_id = ?`,
    };
  }

  read(cursors: readonly OutboxCursor[], limit: number, contentBytes: number): Promise<FanoutBatch> {
    const tenants = this.database.prepare<{ tenant_uid: string }>(this.#sql.tenants).all();
    const afterIds = new Map(cursors.map(({ tenantUid, afterId }) => [tenantUid, afterId]));
    const each = Math.max(1, Math.floor(limit / Math.max(1, tenants.length)));
    const findEvents = this.database.prepare<EventRow>(this.#sql.events);
    const findWebhooks = this.database.prepare<WebhookRow>(this.#sql.webhooks);
    const rows = tenants.flatMap(({ tenant_uid: tenantUid }) =>
      findEvents.all(tenantUid, afterIds.get(tenantUid) ?? 0, each),
    );
    const webhooks = tenants.flatMap(({ tenant_uid: tenantUid }) =>
      findWebhooks.all(tenantUid).map(webhookOf),
    );
    rows.sort((a, b) => a.event_id - b.event_id);
    return Promise.resolve({ events: this.#withContents(rows, contentBytes), webhooks });
  }

  #withContents(rows: readonly EventRow[], contentBytes: number): UnfannedEvent[] {
    const eventIds = rows.map((row) => row.event_id);
    const found = contentBytes === 0 ? [] : readContents(this.database, eventIds, contentBytes);
    const contents = new Map(found.map((content) => [content.eventId, content]));
    return rows.map((row) => ({
      id: row.event_id,
      tenantUid: row.tenant_uid,
      action: row.action,
      orderingKey: row.ordering_key,
      content: contents.get(row.event_id) ?? null,
    }));
  }

  /** No lane is locked by another transaction here: a write transaction has the database to itself. */
  write({ events, deliveries, now }: FanoutPlan): Promise<FanoutResult> {
    return this.database.transaction(() => {
      const run = (sql: string, ...values: unknown[]) => this.database.prepare(sql).run(...values);
      const taken = new Set<number>();
      for (const { id, tenantUid, isFinished } of events) {
        const isOurs = isFinished
          ? run(this.#sql.takeOff, tenantUid, id).changes === 1
          : this.database.prepare(this.#sql.isUnfanned).get(tenantUid, id) !== undefined;
        if (isOurs) taken.add(id);
      }
      this.#leaveWaiting(events, deliveries, taken);
      const lanes = new Map<number, boolean>();
      const notified = new Set<number>();
      for (const delivery of deliveries) {
        const { eventId, transportId, missedReason } = delivery;
        const isQueued = missedReason === null;
        if (!taken.has(eventId)) continue;
        if (!lanes.has(transportId))
          lanes.set(transportId, this.database.prepare(this.#sql.hasLane).get(transportId) !== undefined);
        if (!lanes.get(transportId)) continue;
        const logged = run(
          this.#sql.log,
          delivery.tenantUid,
          eventId,
          transportId,
          delivery.httpTransportUid,
          delivery.webhookUid,
          delivery.action,
          delivery.orderingKey,
          isQueued ? 'PENDING' : 'MISSED',
          missedReason,
          isQueued ? now : null,
          now,
          isQueued ? null : now,
        );
        if (logged.changes === 0 || !isQueued) continue;
        run(this.#sql.queue, transportId, now, logged.lastInsertRowid, eventId, delivery.orderingKey);
        notified.add(transportId);
      }
      for (const transportId of notified) run(this.#sql.notify, now, transportId);
      return { written: taken, incomplete: new Set<number>() };
    });
  }

  /**
   * Puts back events that must wait for an earlier one of their key. Only a plan that does not begin at the oldest event
   * of a tenant can have any: ids are in the order of commits here.
   */
  #leaveWaiting(
    events: FanoutPlan['events'],
    deliveries: FanoutPlan['deliveries'],
    taken: Set<number>,
  ): void {
    const ordered = deliveries.filter(
      ({ eventId, orderingKey }) => orderingKey !== null && taken.has(eventId),
    );
    for (const [tenantUid, own] of grouped(ordered, (delivery) => delivery.tenantUid)) {
      const newest = Math.max(...own.map(({ eventId }) => eventId));
      const stragglers = this.database
        .prepare<{ event_id: number; ordering_key: string }>(this.#sql.stragglers)
        .all(tenantUid, newest)
        .filter((row) => !taken.has(row.event_id));
      const isWaiting = ({ eventId, orderingKey }: PlannedDelivery): boolean =>
        stragglers.some((row) => row.ordering_key === orderingKey && row.event_id < eventId);
      const waiting = new Set(
        stragglers.length === 0 ? [] : own.filter(isWaiting).map(({ eventId }) => eventId),
      );
      for (const { id, isFinished } of events) {
        if (!waiting.has(id)) continue;
        taken.delete(id);
        if (isFinished) this.database.prepare(this.#sql.putBack).run(id);
      }
    }
  }
}

const webhookOf = (row: WebhookRow): FanoutWebhook => ({
  id: row.id,
  tenantUid: row.tenant_uid,
  webhookUid: row.webhook_uid,
  action: row.action,
  ordered: row.ordered === 1,
  transportId: row.transport_id,
  httpTransportUid: row.http_transport_uid,
  transportState: row.state as FanoutWebhook['transportState'],
  origin: row.origin,
  encryptedWith: row.sealed_with,
});
