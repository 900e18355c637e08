import { predecessorOf } from '../sql/explain-rows.js';
import type { PostgresDatabase } from './postgres-database.js';

/** The SQL texts of PostgresExplainStore. Rows are found by key, in subqueries that the planner cannot pull up. */
export function explainTexts(database: Pick<PostgresDatabase, 'table'>) {
  const queue = database.table('webhook_queue');
  const delivery = database.table('webhook_delivery');
  const transport = database.table('webhook_http_transport');

  return {
    // $1: the tenant; $2: webhooks after this one; $3: limit. A tenant's webhooks are limited by its quota, so all are read
    // to sort them. Otherwise a planner could read those of all tenants in the order of the primary key.
    webhooks: `
    SELECT w.*, t.http_transport_uid, t.created_at AS transport_created_at
    FROM (
      SELECT * FROM (
        SELECT id, webhook_uid, action, enabled, created_at, last_modified_at, transport_id
        FROM ${database.table('webhook_webhook')} WHERE tenant_uid = $1::varchar OFFSET 0
      ) own
      WHERE id > $2::bigint ORDER BY id LIMIT $3::bigint
    ) w
    CROSS JOIN LATERAL (SELECT http_transport_uid, created_at FROM ${transport} WHERE id = w.transport_id LIMIT 1) t
    ORDER BY w.id`,

    // $1: the tenant; $2: the event; $3, $4: webhooks after this one, up to this one; $5: transports.
    deliveries: `
    WITH of_event AS MATERIALIZED (
      SELECT q.id, q.webhook_id, q.transport_id, q.created_at
      FROM (
        SELECT delivery_id AS id, webhook_id, transport_id, created_at, tenant_id
        FROM ${queue} WHERE event_id = $2::bigint AND tenant_id > 0 OFFSET 0
      ) q WHERE q.tenant_id = $1::int
      UNION ALL
      SELECT d.id, d.webhook_id, d.transport_id, d.created_at
      FROM (
        SELECT id, webhook_id, transport_id, created_at, tenant_id FROM ${delivery} WHERE event_id = $2::bigint OFFSET 0
      ) d WHERE d.tenant_id = $1::int
    )
    SELECT f.first_created_at, o.id, o.webhook_id, o.transport_id
    FROM (SELECT min(created_at) AS first_created_at FROM of_event) f
    LEFT JOIN (
      SELECT id, webhook_id, transport_id FROM of_event
      WHERE (webhook_id > $3::bigint AND webhook_id <= $4::bigint) OR transport_id = ANY ($5::bigint[])
    ) o ON true`,

    // $1: the tenant; $2: the event.
    outbox: `
    SELECT transport_ids::text AS transport_ids FROM ${database.table('webhook_outbox')}
    WHERE tenant_uid = $1::varchar AND event_id = $2::bigint`,

    // $1: the tenant; $2, $3: transports and ids of deliveries.
    pending: `
    SELECT f.id, t.state, t.rate_limit_requests, l.*, ${predecessorOf(queue, 'q')} AS behind_id
    FROM unnest($2::bigint[], $3::bigint[]) AS f (transport_id, id)
    CROSS JOIN LATERAL (
      SELECT transport_id, ordering_key, event_id FROM ${queue}
      WHERE tenant_id = $1::int AND tenant_id > 0 AND transport_id = f.transport_id AND delivery_id = f.id
      ORDER BY tenant_id, transport_id, delivery_id LIMIT 1
    ) q
    CROSS JOIN LATERAL (
      SELECT holder IS NOT NULL AS is_held, lease_until, blocked_until, consecutive_failures, rate_used, rate_used_until
      FROM ${database.table('webhook_lane')} WHERE transport_id = f.transport_id LIMIT 1
    ) l
    CROSS JOIN LATERAL (SELECT state, rate_limit_requests FROM ${transport} WHERE id = f.transport_id LIMIT 1) t`,
  };
}
