import { notifyLane } from '../sql/queue-sql.js';
import { noteFannedOut, QUEUED_ROWS } from './facts-sql.js';
import { literal } from './sql.js';

/** Escapes and qualifies a table's name. */
type TableName = (name: string) => string;

/*
 * Both statements are prepared once and planned for any data. Each table that grows is therefore accessed in a way that
 * leaves the planner no choice, whatever its statistics say: by key, in a subquery with LIMIT or OFFSET, which it cannot
 * pull up; or by a row's place (ctid) that such a subquery has found. `(x IN (SELECT …)) IS TRUE` looks x up in a hash
 * table; without IS TRUE the planner might choose a nested loop over both sides.
 */

/**
 * $1, $2: cursors (tenants, events); $3: limit; $4: bytes of bodies, only with `withContents`. `tenants` is a loose scan:
 * one index probe for each tenant that has unfanned events. It goes backwards, so that a probe finds a tenant's newest
 * event first and ends there. Dead rows of events that were fanned out have smaller keys, so the probe does not read them.
 *
 * The statement returns three kinds of rows, in one round trip. `events`: the events of one tenant and action, as an array
 * (one row for each event costs several times as much). `content`: the body of an event, only with `withContents`.
 * `webhook`: a webhook that may match.
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
    SELECT r.tenant_uid, o.*
    FROM reading r
    CROSS JOIN LATERAL (
      SELECT event_id, action, ordering_key, transport_ids, may_exist FROM ${table('webhook_outbox')}
      WHERE tenant_uid = r.tenant_uid AND event_id > r.after_id
      ORDER BY tenant_uid, event_id LIMIT (SELECT greatest(1, $3 / count(*)) FROM reading)
    ) o
  ), events AS MATERIALIZED (
    SELECT tenant_uid, action, array_agg(event_id)::text AS ids,
           json_agg(json_build_array(event_id, ordering_key)) FILTER (WHERE ordering_key IS NOT NULL)::text AS keyed,
           json_agg(json_build_array(event_id, transport_ids, may_exist))
             FILTER (WHERE transport_ids IS NOT NULL OR may_exist)::text AS special
    FROM batch GROUP BY tenant_uid, action
  )
  SELECT 'events' AS kind, NULL::bigint AS id, tenant_uid, action, NULL AS uid, ids, keyed, special, NULL AS body,
         NULL::integer AS tenant_id, NULL::bigint AS transport_id, NULL AS transport_state, NULL::boolean AS ordered,
         NULL AS origin, NULL AS encrypted_with, NULL AS traceparent, NULL::bigint AS created_at
  FROM events
  ${withContents ? contentsOfBatch(table) : ''}
  UNION ALL
  SELECT 'webhook', w.id, w.tenant_uid, w.action, NULL, NULL, NULL, NULL, NULL,
         b.tenant_id, t.id, t.state, w.ordered, t.origin, t.encrypted_with, NULL, NULL
  FROM (
    SELECT tenant_uid, array_agg(action) AS actions,
           (SELECT n.id FROM ${table('webhook_tenant')} n WHERE n.tenant_uid = events.tenant_uid) AS tenant_id
    FROM events GROUP BY tenant_uid
  ) b
  CROSS JOIN LATERAL (
    SELECT * FROM ${table('webhook_webhook')} w
    WHERE w.tenant_uid = b.tenant_uid AND w.enabled AND (w.action = ANY (b.actions) OR w.action LIKE '%*') OFFSET 0
  ) w
  CROSS JOIN LATERAL (
    SELECT id, state, origin, encrypted_with FROM ${table('webhook_http_transport')}
    WHERE id = w.transport_id LIMIT 1
  ) t`;

// octet_length does not read the body.
const contentsOfBatch = (table: TableName): string => `
  UNION ALL
  SELECT 'content', event_id, NULL, action, event_uid, NULL, NULL, NULL, body, NULL, NULL, NULL, NULL, NULL, NULL,
         traceparent, created_at
  FROM (
    SELECT b.event_id, b.action, e.event_uid, e.body, e.traceparent, e.created_at,
           sum(octet_length(e.body)) OVER (ORDER BY b.event_id ROWS UNBOUNDED PRECEDING) - octet_length(e.body) AS before
    FROM batch b CROSS JOIN LATERAL (
      SELECT event_uid, body, traceparent, created_at FROM ${table('webhook_event')}
      WHERE id = b.event_id AND expunged_at IS NULL LIMIT 1
    ) e
  ) c WHERE before < $4::bigint`;

/** Decides which text of `writeText` a plan needs. */
export interface WriteKind {
  /** Some of the plan's deliveries are ordered. */
  readonly isOrdered: boolean;
  /** Deliveries of some events may exist already. */
  readonly mayExist: boolean;
  /** Some events have further deliveries, which this plan leaves to a later one. */
  readonly hasLeft: boolean;
  /** Lanes that another transaction has locked are left out. */
  readonly skipsLocked: boolean;
}

/** Positions of the parameters that only some texts have. */
const optionalParameters = ({ isOrdered, mayExist }: WriteKind): { ordered: string; checked: string } => ({
  ordered: '$15::bigint[]',
  checked: `$${isOrdered && mayExist ? 16 : 15}::bigint[]`,
});

/**
 * $1, $2, $3: the plan's events (tenants, ids, fences); $4, $5: pairs of event and transport that are left to a later
 * plan; $6: now; $7: the plan's transports, ascending. Deliveries are grouped by *route*, the values that they share: $8 to
 * $10: the transport, tenant and webhook of each route; $11: why its deliveries are missed; $12 and $13: the first and the
 * last position of its deliveries in $14 (events) and in the last parameter (ordering keys). Before the last parameter,
 * some texts have: the events that must be ordered; the events whose deliveries may exist.
 *
 * `locked`: events that no other process is fanning out. The fence is the number of `transport_ids` of the event's row; null
 * counts as `ALL_TRANSPORTS`. Each plan that updates the row changes the fence. `lanes` locks the lanes before any of their
 * rows are written, in key order (no deadlocks). If a lane was deleted meanwhile, it gets no delivery.
 */
export function writeText(table: TableName, kind: WriteKind): string {
  const { isOrdered, mayExist, hasLeft, skipsLocked } = kind;
  const { ordered, checked } = optionalParameters(kind);
  const keys = `$${15 + Number(isOrdered) + Number(mayExist)}::text[]`;
  const staysOnOutbox = hasLeft || skipsLocked;
  const routes = `unnest($8::bigint[], $9::int[], $10::bigint[], $11::text[], $12::int[], $13::int[])
      AS r (transport_id, tenant_id, webhook_id, missed_reason, first, last)`;
  const planned = (condition: string): string => `
      SELECT transport_id, tenant_id, webhook_id, missed_reason, event_id, ordering_key
      FROM ${routes}
      CROSS JOIN LATERAL unnest(($14::bigint[])[r.first:r.last], (${keys})[r.first:r.last]) AS p (event_id, ordering_key)
      WHERE r.missed_reason ${condition} AND (event_id IN (SELECT event_id FROM ready)) IS TRUE
        AND (transport_id IN (SELECT transport_id FROM lanes)) IS TRUE ${mayExist ? `AND NOT ${exists(table, checked)}` : ''}
      ORDER BY event_id`;
  return `
  WITH locked AS MATERIALIZED (
    SELECT p.tenant_uid, p.event_id, o.place, o.ordering_key
    FROM unnest($1::text[], $2::bigint[], $3::int[]) AS p (tenant_uid, event_id, fence)
    CROSS JOIN LATERAL (
      SELECT ctid AS place, ordering_key FROM ${table('webhook_outbox')} o
      WHERE o.tenant_uid = p.tenant_uid AND o.event_id = p.event_id
        AND coalesce(cardinality(o.transport_ids), ${ALL_TRANSPORTS}) = p.fence
      LIMIT 1 FOR UPDATE SKIP LOCKED
    ) o
  ), ${isOrdered ? readyInOrder(table, ordered) : 'ready AS MATERIALIZED (SELECT event_id, place FROM locked)'},
  lanes AS MATERIALIZED (
    SELECT l.transport_id FROM ${skipsLocked ? '' : `${PATIENCE} CROSS JOIN`} unnest($7::bigint[]) AS p (transport_id)
    CROSS JOIN LATERAL (
      SELECT transport_id FROM ${table('webhook_lane')} lane
      WHERE lane.transport_id = p.transport_id LIMIT 1 FOR NO KEY UPDATE ${skipsLocked ? 'SKIP LOCKED' : ''}
    ) l
  ), ${skipsLocked ? skippedPairs(table, routes) : ''} queued AS (
    INSERT INTO ${table('webhook_queue')} (transport_id, due_at, event_id, webhook_id, created_at, tenant_id, ordering_key)
    SELECT transport_id, $6::bigint, event_id, webhook_id, $6::bigint, tenant_id, ordering_key
    FROM (${planned('IS NULL')}) planned
    RETURNING ${QUEUED_ROWS}
  ), missed AS (
    INSERT INTO ${table('webhook_delivery')} (id, event_id, transport_id, webhook_id, created_at, finished_at, tenant_id,
      attempts, status, reason)
    SELECT nextval((SELECT pg_get_serial_sequence(${literal(table('webhook_queue'))}, 'delivery_id'))), event_id, transport_id,
      webhook_id, $6::bigint, $6::bigint, tenant_id, 0, 'MISSED', missed_reason
    FROM (${planned('IS NOT NULL')}) planned
    RETURNING tenant_id, transport_id, event_id
  ), counted AS (
    ${noteFannedOut(table('webhook_statistic_fact'), MISSED_FACT, 'missed', 'queued')}
  ), notified AS (
    UPDATE ${table('webhook_lane')} SET ${notifyLane('postgres', '$6::bigint')}
    WHERE transport_id = ANY (ARRAY(SELECT DISTINCT transport_id FROM queued))
  ), left_over AS MATERIALIZED (
    SELECT event_id, array_agg(transport_id ORDER BY was_skipped, place) AS transport_ids FROM (
      SELECT event_id, transport_id, place, false AS was_skipped
      FROM unnest($4::bigint[], $5::bigint[]) WITH ORDINALITY AS l (event_id, transport_id, place)
      ${skipsLocked ? 'UNION ALL SELECT event_id, transport_id, transport_id, true FROM skipped' : ''}
    ) l GROUP BY event_id
  ), ${staysOnOutbox ? keptOnOutbox(table) : ''} removed AS (
    DELETE FROM ${table('webhook_outbox')} WHERE ctid = ANY (ARRAY(
      SELECT place FROM ready WHERE event_id NOT IN (SELECT event_id FROM left_over)))
  )
  SELECT event_id, ${skipsLocked ? 'event_id IN (SELECT event_id FROM skipped)' : 'false'} AS is_incomplete FROM ready`;
}

const MISSED_FACT = {
  tenantId: 'tenant_id',
  transportId: 'transport_id',
  eventId: 'event_id',
  kind: `'MISSED'`,
  durationMs: 'NULL',
  at: '$6::bigint',
};

/** The fence of an event whose `transport_ids` is null, which stands for all transports with a matching webhook. */
export const ALL_TRANSPORTS = -1;

/** Whether the queue or the log has a delivery of the event to the transport. */
const exists = (table: TableName, checked: string): string => `(event_id = ANY (${checked}) AND (
          (SELECT 1 FROM ${table('webhook_queue')} q
           WHERE q.event_id = p.event_id AND q.tenant_id > 0 AND q.transport_id = r.transport_id LIMIT 1) IS NOT NULL
          OR (SELECT 1 FROM ${table('webhook_delivery')} d
              WHERE d.event_id = p.event_id AND d.transport_id = r.transport_id LIMIT 1) IS NOT NULL))`;

/** How long fan-out waits for a locked lane. The module itself locks lanes only for milliseconds. */
const LANE_PATIENCE_MS = 200;
/**
 * Sets the lock time-out for the lanes that the rest of the statement waits for. The subquery has one row, which is read before
 * the first lane is locked; the server reads the setting each time that it begins to wait. The setting ends with the
 * transaction.
 */
const PATIENCE = `(SELECT set_config('lock_timeout', '${LANE_PATIENCE_MS}', true) OFFSET 0) patience`;

/** Deliveries to lanes that another transaction has locked: the lane exists, but this statement has not locked it. */
const skippedPairs = (table: TableName, routes: string): string => `
  skipped AS MATERIALIZED (
    SELECT p.event_id, r.transport_id FROM ${routes}
    CROSS JOIN LATERAL unnest(($14::bigint[])[r.first:r.last]) AS p (event_id)
    WHERE (r.transport_id IN (
      SELECT p.transport_id FROM unnest($7::bigint[]) AS p (transport_id)
      WHERE p.transport_id NOT IN (SELECT transport_id FROM lanes) AND (
        SELECT 1 FROM ${table('webhook_lane')} lane WHERE lane.transport_id = p.transport_id LIMIT 1) IS NOT NULL
    )) IS TRUE
  ),`;

/**
 * Events that stay in the outbox, each with fewer transports than before. An event that keeps all of its transports is not
 * written: the new version of its row would have the same fence, so another process that has read the old version would not
 * detect the change.
 */
const keptOnOutbox = (table: TableName): string => `
  kept AS (
    UPDATE ${table('webhook_outbox')} o SET transport_ids = l.transport_ids
    FROM left_over l JOIN ready y USING (event_id)
    WHERE o.ctid = y.place AND cardinality(l.transport_ids) IS DISTINCT FROM cardinality(o.transport_ids)
      AND o.ctid = ANY (ARRAY(SELECT place FROM ready WHERE event_id IN (SELECT event_id FROM left_over)))
  ),`;

/**
 * The locked events, except those that must be ordered and have to wait. `stragglers` are earlier unfanned events of the
 * same tenants that this statement has not locked. They are few, since a plan starts with a tenant's oldest events.
 */
const readyInOrder = (table: TableName, ordered: string): string => `
  stragglers AS MATERIALIZED (
    SELECT o.event_id, t.tenant_uid, o.ordering_key
    FROM (SELECT tenant_uid, max(event_id) AS newest FROM locked WHERE event_id = ANY (${ordered}) GROUP BY tenant_uid) t
    CROSS JOIN LATERAL (
      SELECT event_id, ordering_key FROM ${table('webhook_outbox')} o
      WHERE o.tenant_uid = t.tenant_uid AND o.event_id < t.newest OFFSET 0
    ) o
    WHERE o.event_id NOT IN (SELECT event_id FROM locked)
  ), waiting AS MATERIALIZED (
    SELECT mine.event_id FROM locked mine
    WHERE mine.event_id = ANY (${ordered}) AND EXISTS (
      SELECT 1 FROM stragglers s WHERE s.tenant_uid = mine.tenant_uid AND s.event_id < mine.event_id
        AND s.ordering_key IS NOT DISTINCT FROM mine.ordering_key OFFSET 0)
  ), ready AS MATERIALIZED (
    SELECT event_id, place FROM locked WHERE event_id NOT IN (SELECT event_id FROM waiting)
  )`;
