import type { ListedDelivery } from '../ports/delivery-store.js';
import type {
  DeliveriesRequest,
  DeliveryPlace,
  EventDeliveries,
  ExplainStore,
  LiveWebhook,
  OutboxEntry,
  PendingFacts,
} from '../ports/explain-store.js';
import { deliveryOf, type DeliveryRow } from '../sql/delivery-rows.js';
import {
  eventDeliveriesOf,
  liveWebhookOf,
  pendingFactsOf,
  predecessorOf,
  type EventDeliveryRow,
  type LiveWebhookRow,
  type PendingFactsRow,
} from '../sql/explain-rows.js';
import { deliveryTexts } from './delivery-sql.js';
import type { SqliteDatabase } from './sqlite-database.js';

/** The facts that explain an event, on SQLite. */
export class SqliteExplainStore implements ExplainStore {
  readonly #sql;

  constructor(private readonly database: SqliteDatabase) {
    const queue = database.table('webhook_queue');
    const delivery = database.table('webhook_delivery');
    const transport = database.table('webhook_http_transport');
    this.#sql = {
      listed: deliveryTexts(database).listed,
      // The plus sign keeps SQLite from reading the webhooks of all tenants in the order of their ids.
      webhooks: `
        SELECT w.id, w.webhook_uid, w.action, w.enabled, w.created_at, w.last_modified_at, w.transport_id,
          t.http_transport_uid, t.created_at AS transport_created_at
        FROM ${database.table('webhook_webhook')} w JOIN ${transport} t ON t.id = w.transport_id
        WHERE w.tenant_uid = ? AND +w.id > ? ORDER BY +w.id LIMIT ?`,
      deliveries: `
        WITH of_event AS MATERIALIZED (
          SELECT delivery_id AS id, webhook_id, transport_id, created_at FROM ${queue} INDEXED BY webhook_queue_event
          WHERE event_id = @eventId AND tenant_id = @tenantId
          UNION ALL
          SELECT id, webhook_id, transport_id, created_at FROM ${delivery} INDEXED BY webhook_delivery_event
          WHERE event_id = @eventId AND tenant_id = @tenantId
        )
        SELECT f.first_created_at, o.id, o.webhook_id, o.transport_id
        FROM (SELECT min(created_at) AS first_created_at FROM of_event) f
        LEFT JOIN (
          SELECT id, webhook_id, transport_id FROM of_event
          WHERE (webhook_id > @afterId AND webhook_id <= @upToId)
             OR transport_id IN (SELECT value FROM json_each(@transportIds))
        ) o ON true`,
      outbox: `SELECT transport_ids FROM ${database.table('webhook_outbox')} WHERE tenant_uid = ? AND event_id = ?`,
      pending: `
        SELECT q.delivery_id AS id, t.state, t.rate_limit_requests, l.holder IS NOT NULL AS is_held, l.lease_until,
          l.blocked_until, l.consecutive_failures, l.rate_used, l.rate_used_until, ${predecessorOf(queue, 'q')} AS behind_id
        FROM ${queue} q INDEXED BY webhook_queue_list
        JOIN ${database.table('webhook_lane')} l ON l.transport_id = q.transport_id
        JOIN ${transport} t ON t.id = q.transport_id
        WHERE q.tenant_id = ? AND q.transport_id = ? AND q.delivery_id = ?`,
    };
  }

  webhooks(tenantUid: string, afterId: number, limit: number): Promise<LiveWebhook[]> {
    const rows = this.database.prepare<LiveWebhookRow>(this.#sql.webhooks).all(tenantUid, afterId, limit);
    return Promise.resolve(rows.map(liveWebhookOf));
  }

  deliveriesOf({ transportIds, ...request }: DeliveriesRequest): Promise<EventDeliveries> {
    const rows = this.database
      .prepare<EventDeliveryRow>(this.#sql.deliveries)
      .all({ ...request, transportIds: JSON.stringify(transportIds) });
    return Promise.resolve(eventDeliveriesOf(rows));
  }

  outboxEntry(tenantUid: string, eventId: number): Promise<OutboxEntry | undefined> {
    const row = this.database
      .prepare<{ transport_ids: string | null }>(this.#sql.outbox)
      .get(tenantUid, eventId);
    const ids = row?.transport_ids ?? null;
    return Promise.resolve(row && { transportIds: ids === null ? null : (JSON.parse(ids) as number[]) });
  }

  listed(tenantId: number, places: readonly DeliveryPlace[]): Promise<ListedDelivery[]> {
    const pairs = places.map(({ transportId, id }) => [transportId, id]);
    const rows = this.database
      .prepare<DeliveryRow>(this.#sql.listed)
      .all({ tenantId, places: JSON.stringify(pairs) });
    return Promise.resolve(rows.map(deliveryOf));
  }

  pending(tenantId: number, places: readonly DeliveryPlace[]): Promise<ReadonlyMap<number, PendingFacts>> {
    const statement = this.database.prepare<PendingFactsRow>(this.#sql.pending);
    const rows = places.flatMap(({ transportId, id }) => statement.get(tenantId, transportId, id) ?? []);
    return Promise.resolve(new Map(rows.map((row) => [row.id, pendingFactsOf(row)])));
  }
}
