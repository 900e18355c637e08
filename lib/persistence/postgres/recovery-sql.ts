import { PARKED_DUE_AT } from '../ports/record-store.js';
import { notifyLane } from '../sql/queue-sql.js';
import { recordProgress } from '../sql/recovery-rows.js';
import { isPayloadGone } from '../sql/retention-sql.js';
import { noteQueued, QUEUED_ROWS } from './facts-sql.js';
import type { PostgresDatabase } from './postgres-database.js';

/** How long a batch waits for a locked lane. The module itself locks lanes only for milliseconds. */
const LANE_PATIENCE_MS = 200;
/**
 * How long a batch that has locked the lane waits for each further lock. Fan-out, which serves all tenants, may be waiting for
 * the lane, so the batch gives up early and is tried again later.
 */
const ROW_PATIENCE_MS = 50;

/**
 * The SQL texts of PostgresRecoveryStore. As in fanout-sql, each row is found by key, in a subquery that the planner cannot
 * pull up, so that no plan depends on statistics.
 */
export function recoveryTexts(database: Pick<PostgresDatabase, 'table'>) {
  const [queue, delivery, event, lane, outbox, webhook] = [
    'webhook_queue',
    'webhook_delivery',
    'webhook_event',
    'webhook_lane',
    'webhook_outbox',
    'webhook_webhook',
  ].map((name) => database.table(name));
  const recovery = database.table('webhook_recovery');
  const hasBody = (event: string): string => `NOT (${isPayloadGone(event)}) AS has_body`;
  /** The delivery of an event to the transport $1: `queued` finds it in the queue, `logged` in the log. */
  const queued = (id: string): string => `
      SELECT q.delivery_id FROM (
        SELECT delivery_id, transport_id FROM ${queue} WHERE event_id = ${id} AND tenant_id > 0 OFFSET 0
      ) q WHERE q.transport_id = $1::bigint LIMIT 1`;
  const logged = (id: string): string => `
      SELECT d.* FROM (
        SELECT id, transport_id, status, webhook_id, ctid AS place FROM ${delivery} WHERE event_id = ${id} OFFSET 0
      ) d WHERE d.transport_id = $1::bigint LIMIT 1`;

  const isWebhook = (id: string): string =>
    `(SELECT 1 FROM ${webhook} w WHERE w.id = ${id} LIMIT 1) IS NOT NULL`;
  const waiting = (condition: string, most: string): string => `
      SELECT 1 FROM ${queue} WHERE transport_id = $1::bigint AND requested = 'RECOVERY' AND ${condition}
      ORDER BY transport_id, due_at, delivery_id LIMIT ${most}::bigint`;

  return {
    eventRange: `
    SELECT (SELECT id FROM ${event} ORDER BY id LIMIT 1) AS first,
           (SELECT id FROM ${event} ORDER BY id DESC LIMIT 1) AS last`,

    firstEventsFrom: `
    SELECT i.id AS from_id, e.id, e.created_at FROM unnest($1::bigint[]) AS i (id)
    CROSS JOIN LATERAL (SELECT id, created_at FROM ${event} WHERE id >= i.id ORDER BY id LIMIT 1) e`,

    // $1: transport; $2: tenant; $3: status; $4, $5: exclusive bounds; $6: limit. Rows of other transports are returned too,
    // because the position in the log moves past them, but their events are not read.
    scanEnded: `
    SELECT d.*, e.event_uid, e.action, e.has_body, w.id IS NOT NULL AS has_webhook
    FROM (
      SELECT id, event_id, transport_id, webhook_id, created_at, finished_at FROM ${delivery}
      WHERE tenant_id = $2::int AND status = $3::text COLLATE "C" AND id > $4::bigint AND id < $5::bigint
      ORDER BY tenant_id, status, id LIMIT $6
    ) d
    LEFT JOIN LATERAL (
      SELECT event_uid, action, ${hasBody('found')} FROM ${event} found
      WHERE d.transport_id = $1::bigint AND id = d.event_id LIMIT 1
    ) e ON true
    LEFT JOIN LATERAL (
      SELECT id FROM ${webhook} WHERE d.transport_id = $1::bigint AND id = d.webhook_id LIMIT 1
    ) w ON true
    ORDER BY d.id`,

    scanEvents: `
    SELECT id, tenant_uid, event_uid, action, ordering_key, created_at, ${hasBody('e')} FROM ${event} e
    WHERE id > $1::bigint AND id < $2::bigint ORDER BY id LIMIT $3`,

    // $1: transport; $2: job; $3: after this event; $4: limit.
    items: `
    SELECT i.event_id, e.ordering_key, e.has_body, w.ordered
    FROM (
      SELECT event_id FROM ${database.table('webhook_recovery_item')} WHERE recovery_id = $2::bigint AND event_id > $3::bigint
      ORDER BY recovery_id, event_id LIMIT $4
    ) i
    LEFT JOIN LATERAL (
      SELECT ordering_key, ${hasBody('found')} FROM ${event} found WHERE id = i.event_id LIMIT 1
    ) e ON true
    LEFT JOIN LATERAL (${logged('i.event_id')}) d ON true
    LEFT JOIN LATERAL (SELECT ordered FROM ${webhook} WHERE id = d.webhook_id LIMIT 1) w ON true
    ORDER BY i.event_id`,

    // $1: transport; $2: events.
    pairs: `
    SELECT i.id AS event_id, p.delivery_id, p.status FROM unnest($2::bigint[]) AS i (id)
    CROSS JOIN LATERAL (
      SELECT q.delivery_id, 'PENDING' AS status FROM (${queued('i.id')}) q
      UNION ALL
      SELECT d.id, d.status FROM (${logged('i.id')}) d
      LIMIT 1
    ) p`,

    // $1: transport; $2: now; $3, $4: where the counts stop.
    pending: `
    SELECT (SELECT count(*) FROM (${waiting('due_at <= $2::bigint', '$3')}) q) AS due,
           (SELECT count(*) FROM (${waiting(`due_at = ${PARKED_DUE_AT}`, '$4')}) q) AS parked`,

    lockLane: `
    SELECT l.transport_id, set_config('lock_timeout', '${ROW_PATIENCE_MS}', true)
    FROM (SELECT set_config('lock_timeout', '${LANE_PATIENCE_MS}', true) OFFSET 0) patience
    CROSS JOIN LATERAL (
      SELECT transport_id FROM ${lane} WHERE transport_id = $1::bigint LIMIT 1 FOR NO KEY UPDATE
    ) l`,

    // $1: events, ascending. Locks those that still have a body. Retention deletes no locked event. After the commit, the rows
    // that `enqueue` has added protect these events.
    lockEvents: `
    SELECT e.id FROM unnest($1::bigint[]) AS i (id)
    CROSS JOIN LATERAL (
      SELECT id FROM ${event} found WHERE id = i.id AND NOT (${isPayloadGone('found')}) LIMIT 1 FOR KEY SHARE
    ) e`,

    // $1: transport; $2: tenant's uid; $3, $4, $5: events, webhooks and ordering keys; $6: first due date minus 1 ms; $7:
    // now; $8: statuses of the deliveries that move. It runs after the lane was locked, in a snapshot of its own, so it sees all
    // deliveries of the lane. Nothing is sent for a webhook that was deleted after the event was read.
    enqueue: `
    WITH input AS MATERIALIZED (
      SELECT * FROM unnest($3::bigint[], $4::bigint[], $5::text[]) WITH ORDINALITY
        AS i (event_id, webhook_id, ordering_key, place)
    ), pending AS MATERIALIZED (
      SELECT i.event_id FROM input i CROSS JOIN LATERAL (${queued('i.event_id')}) q
    ), ended AS MATERIALIZED (
      SELECT i.event_id, d.place, d.status, ${isWebhook('coalesce(i.webhook_id, d.webhook_id)')} AS is_wanted
      FROM input i CROSS JOIN LATERAL (${logged('i.event_id')}) d
    ), moved AS (
      DELETE FROM ${delivery} d
      WHERE d.ctid = ANY (ARRAY(SELECT place FROM ended WHERE is_wanted AND status = ANY ($8::text[])))
      RETURNING d.*
    ), kept AS (
      INSERT INTO ${database.table('webhook_attempt')} (delivery_id, number, started_at, duration_ms, response_status_code,
        response_headers, response_body, error_code, error_message, trigger, orphaned)
      SELECT id, attempts, finished_at - duration_ms, duration_ms, response_status_code, response_headers, response_body,
        error_code, error_message, coalesce(trigger, 'SCHEDULE'), false
      FROM moved WHERE duration_ms IS NOT NULL
    ), requeued AS (
      INSERT INTO ${queue} (transport_id, due_at, delivery_id, event_id, webhook_id, created_at, tenant_id, attempts,
        has_succeeded, ordering_key, requested)
      SELECT m.transport_id, $6::bigint + i.place, m.id, m.event_id, m.webhook_id, m.created_at, m.tenant_id, m.attempts,
        m.status = 'DELIVERED', i.ordering_key, 'RECOVERY'
      FROM moved m JOIN input i USING (event_id)
      RETURNING ${QUEUED_ROWS}
    ), missing AS MATERIALIZED (
      SELECT i.* FROM input i
      WHERE i.webhook_id IS NOT NULL AND ${isWebhook('i.webhook_id')}
        AND i.event_id NOT IN (SELECT event_id FROM pending) AND i.event_id NOT IN (SELECT event_id FROM ended)
        AND (SELECT 1 FROM ${outbox} o WHERE o.tenant_uid = $2 AND o.event_id = i.event_id LIMIT 1) IS NULL
    ), created AS (
      INSERT INTO ${queue} (transport_id, due_at, event_id, webhook_id, created_at, tenant_id, ordering_key, requested)
      SELECT $1::bigint, $6::bigint + place, event_id, webhook_id, $7::bigint,
        (SELECT id FROM ${database.table('webhook_tenant')} WHERE tenant_uid = $2), ordering_key, 'RECOVERY'
      FROM missing ORDER BY place
      RETURNING ${QUEUED_ROWS}
    ), counted AS (${noteQueued(
      database.table('webhook_statistic_fact'),
      `(SELECT ${QUEUED_ROWS} FROM requeued UNION ALL SELECT ${QUEUED_ROWS} FROM created) q`,
    )}
    ), notified AS (
      UPDATE ${lane} SET ${notifyLane('postgres', '$7::bigint')}
      WHERE transport_id = $1::bigint AND ((SELECT 1 FROM moved LIMIT 1) IS NOT NULL OR (SELECT 1 FROM missing LIMIT 1) IS NOT NULL)
    )
    SELECT (SELECT count(*) FROM moved) AS requeued, (SELECT count(*) FROM created) AS created`,

    progress: `
    UPDATE ${recovery} SET ${recordProgress('$9::bigint')}, cursor_id = $3, found = found + $4, requeued = requeued + $5,
      created = created + $6, skipped = skipped + $7, payload_gone = payload_gone + $8, due_at = $10
    WHERE id = $1 AND lease_token = $2`,
  };
}
