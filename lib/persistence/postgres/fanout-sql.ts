import { notifyLane } from '../queue-sql.js';

/** Escapes and qualifies a table's name. */
type TableName = (name: string) => string;

/*
 * Both statements are prepared once and planned for any data, so each table that grows is reached in a way that
 * leaves the planner no choice, whatever its statistics say: by key, in a subquery with LIMIT or OFFSET, which it cannot
 * pull up; or by a row's place (ctid) that such a subquery has found. `(x IN (SELECT …)) IS TRUE` looks x up in a hash
 * table; without IS TRUE it might become a nested loop over both sides.
 */

/**
 * $1, $2: cursors (tenants, events); $3: limit; $4: bytes of contents, if any. `tenants` is a loose scan: one index probe for
 * each tenant that has unfanned events. It goes backwards, so that a probe meets a tenant's newest event at once;
 * what has been fanned out and not been vacuumed stands before that.
 *
 * Three kinds of row, in one round trip. `events`: those of a tenant and action, as an array (a row of its own for each
 * costs several times as much). `content`: what an event sends, if that is asked for. `webhook`: one that may match.
 */
export const readText = (table: TableName, withContents: boolean): string => `
  WITH RECURSIVE tenants AS (
    (SELECT tenant_uid FROM ${table('webhook_outbox')} ORDER BY tenant_uid DESC, event_id DESC LIMIT 1)
    UNION ALL
    SELECT (SELECT o.tenant_uid FROM ${table('webhook_outbox')} o WHERE o.tenant_uid < t.tenant_uid
            ORDER BY o.tenant_uid DESC, o.event_id DESC LIMIT 1)
    FROM tenants t WHERE t.tenant_uid IS NOT NULL
  ), reading AS MATERIALIZED (
    SELECT t.tenant_uid, coalesce(c.after_id, 0) AS after_id
    FROM tenants t LEFT JOIN unnest($1::text[], $2::bigint[]) AS c (tenant_uid, after_id) USING (tenant_uid)
    WHERE t.tenant_uid IS NOT NULL
  ), batch AS MATERIALIZED (
    SELECT r.tenant_uid, o.event_id, o.action, o.ordering_key
    FROM reading r
    CROSS JOIN LATERAL (
      SELECT event_id, action, ordering_key FROM ${table('webhook_outbox')}
      WHERE tenant_uid = r.tenant_uid AND event_id > r.after_id
      ORDER BY tenant_uid, event_id LIMIT (SELECT greatest(1, $3 / count(*)) FROM reading)
    ) o
  ), events AS MATERIALIZED (
    SELECT tenant_uid, action, array_agg(event_id)::text AS ids,
           json_agg(json_build_array(event_id, ordering_key)) FILTER (WHERE ordering_key IS NOT NULL)::text AS keyed
    FROM batch GROUP BY tenant_uid, action
  )
  SELECT 'events' AS kind, NULL::bigint AS id, tenant_uid, action, NULL AS uid, ids, keyed, NULL AS body,
         NULL::bigint AS transport_id, NULL AS http_transport_uid, NULL AS transport_state, NULL::boolean AS ordered,
         NULL AS origin, NULL AS sealed_with
  FROM events
  ${withContents ? contentsOfBatch(table) : ''}
  UNION ALL
  SELECT 'webhook', w.id, w.tenant_uid, w.action, w.webhook_uid, NULL, NULL, NULL,
         t.id, t.http_transport_uid, t.state, w.ordered, t.origin, t.sealed_with
  FROM (SELECT tenant_uid, array_agg(action) AS actions FROM events GROUP BY tenant_uid) b
  CROSS JOIN LATERAL (
    SELECT * FROM ${table('webhook_webhook')} w
    WHERE w.tenant_uid = b.tenant_uid AND w.enabled AND (w.action = ANY (b.actions) OR w.action LIKE '%*') OFFSET 0
  ) w
  CROSS JOIN LATERAL (
    SELECT id, http_transport_uid, state, origin, sealed_with FROM ${table('webhook_http_transport')}
    WHERE id = w.transport_id LIMIT 1
  ) t`;

// The length of a body is known without reading it.
const contentsOfBatch = (table: TableName): string => `
  UNION ALL
  SELECT 'content', event_id, NULL, action, event_uid, NULL, NULL, body, NULL, NULL, NULL, NULL, NULL, NULL
  FROM (
    SELECT b.event_id, b.action, e.event_uid, e.body,
           sum(octet_length(e.body)) OVER (ORDER BY b.event_id ROWS UNBOUNDED PRECEDING) - octet_length(e.body) AS before
    FROM batch b CROSS JOIN LATERAL (
      SELECT event_uid, body FROM ${table('webhook_event')} WHERE id = b.event_id LIMIT 1
    ) e
  ) c WHERE before < $4::bigint`;

/** Which of the texts of `writeText` a plan needs. */
export interface WriteKind {
  /** Some of its deliveries are ordered. */
  readonly isOrdered: boolean;
  /**
   * Some deliveries may exist already: of an event that is written by several plans, or that was incomplete. The check
   * costs a sixth of the insert.
   */
  readonly mayExist: boolean;
  /** Lanes that another transaction has locked are left out. Implies `mayExist`. */
  readonly skipsLocked: boolean;
}

/**
 * $1, $2: the plan's events (tenants, numbers); $3: those of them that are not finished; $4: now; $5: its transports,
 * ascending. Its deliveries by *route*, what they have in common: $6 to $11: the routes; $12, $13: of each, the first and
 * the last place of its deliveries in $14 (events) and $15 (ordering keys). $16: the events that must be ordered, if any.
 *
 * `locked`: what no other process is fanning out. `lanes` locks the lanes before anything is written for them, in key
 * order (no deadlocks); a lane that was deleted meanwhile gets no delivery. `incomplete`: events with a delivery
 * to a lane that exists and was left out; they stay on the outbox, so that the missing deliveries are written later.
 */
export const writeText = (table: TableName, { isOrdered, mayExist, skipsLocked }: WriteKind): string => `
  WITH locked AS MATERIALIZED (
    SELECT p.tenant_uid, p.event_id, o.place, o.ordering_key
    FROM unnest($1::text[], $2::bigint[]) AS p (tenant_uid, event_id)
    CROSS JOIN LATERAL (
      SELECT ctid AS place, ordering_key FROM ${table('webhook_outbox')} o
      WHERE o.tenant_uid = p.tenant_uid AND o.event_id = p.event_id LIMIT 1 FOR UPDATE SKIP LOCKED
    ) o
  ), ${isOrdered ? readyInOrder(table) : 'ready AS MATERIALIZED (SELECT event_id, place FROM locked)'},
  lanes AS MATERIALIZED (
    SELECT l.transport_id FROM ${skipsLocked ? '' : `${PATIENCE} CROSS JOIN`} unnest($5::bigint[]) AS p (transport_id)
    CROSS JOIN LATERAL (
      SELECT transport_id FROM ${table('webhook_lane')} lane
      WHERE lane.transport_id = p.transport_id LIMIT 1 FOR NO KEY UPDATE ${skipsLocked ? 'SKIP LOCKED' : ''}
    ) l
  ), ${skipsLocked ? incompleteEvents(table) : ''}
  logged AS (
    INSERT INTO ${table('webhook_delivery')} (tenant_uid, event_id, transport_id, http_transport_uid, webhook_uid,
      action, ordering_key, status, reason, due_at, created_at, finished_at)
    SELECT tenant_uid, event_id, transport_id, http_transport_uid, webhook_uid, action, ordering_key,
           CASE WHEN missed_reason IS NULL THEN 'PENDING' ELSE 'MISSED' END, missed_reason,
           CASE WHEN missed_reason IS NULL THEN $4::bigint END, $4::bigint,
           CASE WHEN missed_reason IS NULL THEN NULL ELSE $4::bigint END
    FROM unnest($6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::int[], $13::int[])
      AS r (transport_id, tenant_uid, action, http_transport_uid, webhook_uid, missed_reason, first, last)
    CROSS JOIN LATERAL unnest(($14::bigint[])[r.first:r.last], ($15::text[])[r.first:r.last])
      AS p (event_id, ordering_key)
    WHERE (event_id IN (SELECT event_id FROM ready)) IS TRUE
      AND (transport_id IN (SELECT transport_id FROM lanes)) IS TRUE
    ORDER BY event_id
    ${mayExist ? 'ON CONFLICT (event_id, transport_id) DO NOTHING' : ''}
    RETURNING id, event_id, transport_id, due_at, ordering_key
  ), queued AS (
    INSERT INTO ${table('webhook_queue')} (transport_id, due_at, delivery_id, event_id, ordering_key)
    SELECT transport_id, due_at, id, event_id, ordering_key FROM logged WHERE due_at IS NOT NULL
    RETURNING transport_id
  ), notified AS (
    UPDATE ${table('webhook_lane')} SET ${notifyLane('postgres', '$4::bigint')}
    WHERE transport_id = ANY (ARRAY(SELECT DISTINCT transport_id FROM queued))
  ), removed AS (
    DELETE FROM ${table('webhook_outbox')} WHERE ctid = ANY (ARRAY(
      SELECT place FROM ready WHERE event_id <> ALL ($3::bigint[])
      ${skipsLocked ? 'AND event_id NOT IN (SELECT event_id FROM incomplete)' : ''}))
  )
  SELECT event_id, ${skipsLocked ? 'event_id IN (SELECT event_id FROM incomplete)' : 'false'} AS is_incomplete FROM ready`;

/** How long fan-out waits for a lane: the module itself locks lanes for milliseconds. */
const LANE_PATIENCE_MS = 200;
/**
 * Sets the lock time-out for the rest of the statement: the waits for lanes that come after it. In a row of its own that is
 * read first, since the server reads the setting each time that it begins to wait; it ends with the transaction.
 */
const PATIENCE = `(SELECT set_config('lock_timeout', '${LANE_PATIENCE_MS}', true) OFFSET 0) patience`;

/** A lane that was not locked but exists is locked by another transaction. */
const incompleteEvents = (table: TableName): string => `
  skipped AS MATERIALIZED (
    SELECT p.transport_id FROM unnest($5::bigint[]) AS p (transport_id)
    WHERE p.transport_id NOT IN (SELECT transport_id FROM lanes) AND (
      SELECT 1 FROM ${table('webhook_lane')} lane WHERE lane.transport_id = p.transport_id LIMIT 1) IS NOT NULL
  ), incomplete AS MATERIALIZED (
    SELECT p.event_id FROM unnest($6::bigint[], $12::int[], $13::int[]) AS r (transport_id, first, last)
    CROSS JOIN LATERAL unnest(($14::bigint[])[r.first:r.last]) AS p (event_id)
    WHERE (r.transport_id IN (SELECT transport_id FROM skipped)) IS TRUE
  ),`;

/**
 * What is locked, less the events that must be ordered ($16) and wait: `stragglers` are unfanned events of their
 * tenants that came before and are not ours now (few, since a plan starts with a tenant's oldest events).
 */
const readyInOrder = (table: TableName): string => `
  stragglers AS MATERIALIZED (
    SELECT o.event_id, t.tenant_uid, o.ordering_key
    FROM (SELECT tenant_uid, max(event_id) AS newest FROM locked WHERE event_id = ANY ($16::bigint[]) GROUP BY tenant_uid) t
    CROSS JOIN LATERAL (
      SELECT event_id, ordering_key FROM ${table('webhook_outbox')} o
      WHERE o.tenant_uid = t.tenant_uid AND o.event_id < t.newest OFFSET 0
    ) o
    WHERE o.event_id NOT IN (SELECT event_id FROM locked)
  ), waiting AS MATERIALIZED (
    SELECT mine.event_id FROM locked mine
    WHERE mine.event_id = ANY ($16::bigint[]) AND EXISTS (
      SELECT 1 FROM stragglers s WHERE s.tenant_uid = mine.tenant_uid AND s.event_id < mine.event_id
        AND s.ordering_key IS NOT DISTINCT FROM mine.ordering_key OFFSET 0)
  ), ready AS MATERIALIZED (
    SELECT event_id, place FROM locked WHERE event_id NOT IN (SELECT event_id FROM waiting)
  )`;
