import {
  ENDED_STATUSES,
  uidOf,
  TRANSPORT_TOMBSTONE,
  WEBHOOK_TOMBSTONE,
  type PageKind,
} from '../sql/delivery-sql.js';
import { NOTE_REQUEST, notifyLane } from '../sql/queue-sql.js';
import { noteQueued, QUEUED_ROWS } from './facts-sql.js';
import type { PostgresDatabase } from './postgres-database.js';

/**
 * An ended delivery of a tenant by its id. It is looked up in each status, because the index begins with the tenant and the
 * status.
 */
export const endedById = (delivery: string, tenant: string, id: string, selected: string): string => `
      SELECT d.* FROM unnest('{${ENDED_STATUSES.join(',')}}'::text[]) AS s (status)
      CROSS JOIN LATERAL (
        SELECT ${selected} FROM ${delivery}
        WHERE tenant_id = ${tenant} AND status = s.status COLLATE "C" AND id = ${id}
        ORDER BY tenant_id, status, id LIMIT 1
      ) d`;

/** The lanes of the transports in `source`, locked in key order; without those that another transaction has locked. */
export const lockedLanes = (lane: string, source: string): string => `
      SELECT l.transport_id FROM (SELECT DISTINCT transport_id FROM ${source} ORDER BY transport_id) w
      CROSS JOIN LATERAL (
        SELECT transport_id FROM ${lane} lane
        WHERE lane.transport_id = w.transport_id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
      ) l`;

/**
 * The SQL texts of PostgresDeliveryStore. As in fanout-sql, rows are found by key, in subqueries that the planner cannot pull
 * up.
 */
export function deliveryTexts(database: Pick<PostgresDatabase, 'table'>) {
  const table = (name: string): string => database.table(name);
  const queue = table('webhook_queue');
  const delivery = table('webhook_delivery');
  const attempt = table('webhook_attempt');

  /** The columns that the API shows, for the deliveries in `found (id, tenant_id, transport_id, is_pending)`. */
  const shown = `
    SELECT f.id, f.transport_id, d.event_id, coalesce(e.event_uid, 'deleted-' || d.event_id) AS event_uid, coalesce(e.action, '') AS action,
           ${uidOf(table, TRANSPORT_TOMBSTONE, 'd.transport_id')} AS http_transport_uid,
           ${uidOf(table, WEBHOOK_TOMBSTONE, 'd.webhook_id')} AS webhook_uid,
           d.status, d.reason, d.attempts, d.due_at, d.created_at, d.finished_at,
           CASE WHEN d.duration_ms IS NULL THEN a.response_status_code ELSE d.response_status_code END AS last_status_code,
           CASE WHEN d.duration_ms IS NULL THEN a.error_code ELSE d.error_code END AS last_error_code
    FROM found f
    CROSS JOIN LATERAL (
      SELECT event_id, transport_id, webhook_id, 'PENDING' AS status, NULL AS reason, attempts, due_at, created_at,
             NULL::bigint AS finished_at, NULL::int AS duration_ms, NULL::smallint AS response_status_code, NULL AS error_code
      FROM ${queue}
      WHERE f.is_pending AND tenant_id = f.tenant_id AND tenant_id > 0 AND transport_id = f.transport_id AND delivery_id = f.id
      UNION ALL
      SELECT event_id, transport_id, webhook_id, status, reason, attempts, NULL, created_at,
             finished_at, duration_ms, response_status_code, error_code
      FROM ${delivery} WHERE NOT f.is_pending AND transport_id = f.transport_id AND id = f.id
      LIMIT 1
    ) d
    LEFT JOIN LATERAL (SELECT event_uid, action FROM ${table('webhook_event')} WHERE id = d.event_id LIMIT 1) e ON true
    LEFT JOIN LATERAL (
      SELECT response_status_code, error_code FROM ${attempt}
      WHERE d.duration_ms IS NULL AND delivery_id = f.id AND NOT orphaned
      ORDER BY delivery_id DESC, number DESC, started_at DESC LIMIT 1
    ) a ON true`;

  const columns = ({ hasFilter }: PageKind, status: string): string =>
    hasFilter ? `, event_id, webhook_id, created_at, ${status} AS status` : '';
  const isWithin = (id: string): string => `${id} > $4::bigint AND ${id} < $5::bigint`;

  /** Rows of the log in the order of ids, of one transport or of one status of the tenant, at most $6. */
  const logParts = (kind: PageKind): string =>
    kind.byTransport
      ? `unnest($2::bigint[]) AS t (id)
      CROSS JOIN LATERAL (
        SELECT *, row_number() OVER (ORDER BY id DESC) AS place FROM (
          SELECT id, transport_id ${columns(kind, 'status')} FROM ${delivery}
          WHERE transport_id = t.id AND ${isWithin('id')}
          ORDER BY transport_id DESC, id DESC LIMIT $6::bigint
        ) d
      ) d`
      : `unnest($3::text[]) AS s (status)
      CROSS JOIN LATERAL (
        SELECT *, row_number() OVER (ORDER BY id DESC) AS place FROM (
          SELECT id, transport_id ${columns(kind, 'status')} FROM ${delivery}
          WHERE tenant_id = $8::int AND status = s.status COLLATE "C" AND ${isWithin('id')}
          ORDER BY tenant_id DESC, status DESC, id DESC LIMIT $6::bigint
        ) d
      ) d`;

  /** Each part is sorted by id and is cut off after $6 rows. */
  const partsOf = (kind: PageKind): string => `
      SELECT q.*, true AS is_pending
      FROM unnest($1::bigint[]) AS t (id)
      CROSS JOIN LATERAL (
        SELECT *, row_number() OVER (ORDER BY id DESC) AS place FROM (
          SELECT delivery_id AS id, transport_id ${columns(kind, `'PENDING'`)} FROM ${queue}
          WHERE tenant_id = $8::int AND tenant_id > 0 AND transport_id = t.id AND ${isWithin('delivery_id')}
          ORDER BY tenant_id DESC, transport_id DESC, delivery_id DESC LIMIT $6::bigint
        ) q
      ) q
      UNION ALL
      SELECT d.*, false FROM ${logParts(kind)}`;

  /** An event has few deliveries, so all of them are read. */
  const ofEvent = (kind: PageKind): string => `
      SELECT q.id, q.transport_id ${columns(kind, `'PENDING'`)}, NULL::bigint AS place, true AS is_pending
      FROM (SELECT *, delivery_id AS id FROM ${queue} WHERE event_id = $9::bigint AND tenant_id > 0 OFFSET 0) q
      WHERE q.tenant_id = $8::int AND q.transport_id = ANY ($1::bigint[]) AND ${isWithin('q.id')}
      UNION ALL
      SELECT d.id, d.transport_id ${columns(kind, 'status')}, NULL, false
      FROM (SELECT * FROM ${delivery} WHERE event_id = $9::bigint OFFSET 0) d
      WHERE d.tenant_id = $8::int AND d.status = ANY ($3::text[]) AND ${isWithin('d.id')}
        ${kind.byTransport ? 'AND d.transport_id = ANY ($2::bigint[])' : ''}`;

  const filtersFrom = (first: number): string => `
      WHERE ($${first}::bigint[] IS NULL OR c.webhook_id = ANY ($${first}::bigint[]))
        AND ($${first + 1}::text IS NULL
             OR (SELECT action FROM ${table('webhook_event')} e WHERE e.id = c.event_id LIMIT 1) = $${first + 1}::text)
        AND c.created_at >= $${first + 2}::bigint AND c.created_at <= $${first + 3}::bigint
        AND ($${first + 4}::text IS NULL OR c.status = $${first + 4}::text)
        AND (c.is_pending OR $2::bigint[] IS NULL OR c.transport_id = ANY ($2::bigint[]))`;

  /**
   * $1: transports whose pending deliveries are searched; $2: transports whose ended deliveries are searched, null: all;
   * $3: statuses in the log; $4, $5: exclusive bounds of ids; $6: rows read in each part; $7: limit; $8: the tenant; then,
   * for a search by event, the event; then, with a filter: webhooks, action, dates from and to, status. `types` does not
   * run: it declares the types of parameters that not every text uses.
   *
   * `horizon`: the largest id at which a part was cut off. The search ends there, because that part may contain further
   * matches with smaller ids.
   */
  const page = (kind: PageKind): string => `
    WITH types AS (SELECT $2::bigint[], $3::text[]), candidates AS MATERIALIZED (${kind.byEvent ? ofEvent(kind) : partsOf(kind)}
    ), horizon AS MATERIALIZED (
      SELECT max(id) FILTER (WHERE place = $6::bigint) AS id FROM candidates
    ), found AS MATERIALIZED (
      SELECT c.id, $8::int AS tenant_id, c.transport_id, c.is_pending
      FROM horizon h JOIN candidates c ON c.id >= coalesce(h.id, 0)
      ${kind.hasFilter ? filtersFrom(kind.byEvent ? 10 : 9) : ''}
      ORDER BY c.id DESC LIMIT $7
    )
    SELECT h.id AS horizon, p.* FROM horizon h LEFT JOIN (${shown}) p ON true ORDER BY p.id DESC`;

  return {
    page,

    // $1: transports; $2: the tenant.
    waiting: `
    SELECT count(*)::int AS waiting FROM unnest($1::bigint[]) AS t (id)
    CROSS JOIN LATERAL (
      SELECT 1 FROM ${queue} WHERE tenant_id = $2::int AND tenant_id > 0 AND transport_id = t.id
      ORDER BY tenant_id DESC, transport_id DESC, delivery_id DESC LIMIT 1
    ) q`,

    // $1: the tenant; $2: its transports; $3: the delivery.
    find: `
    WITH found AS MATERIALIZED (
      ${endedById(delivery, '$1::int', '$3::bigint', 'id, tenant_id, transport_id, false AS is_pending')}
      UNION ALL
      SELECT q.*, true FROM unnest($2::bigint[]) AS t (id)
      CROSS JOIN LATERAL (
        SELECT delivery_id, tenant_id, transport_id FROM ${queue}
        WHERE tenant_id = $1::int AND tenant_id > 0 AND transport_id = t.id AND delivery_id = $3::bigint
        ORDER BY tenant_id, transport_id, delivery_id LIMIT 1
      ) q
    )
    ${shown}`,

    // $1: the tenant; $2, $3: transports and ids of deliveries.
    listed: `
    WITH found AS MATERIALIZED (
      SELECT f.id, $1::int AS tenant_id, f.transport_id, (
        SELECT 1 FROM ${queue}
        WHERE tenant_id = $1::int AND tenant_id > 0 AND transport_id = f.transport_id AND delivery_id = f.id
        ORDER BY tenant_id, transport_id, delivery_id LIMIT 1
      ) IS NOT NULL AS is_pending
      FROM unnest($2::bigint[], $3::bigint[]) AS f (transport_id, id)
    )
    ${shown}`,

    attempts: `
    SELECT number, started_at, duration_ms, response_status_code, response_headers, response_body, error_code,
           error_message, trigger, orphaned
    FROM ${attempt} WHERE delivery_id = $1::bigint
    UNION ALL
    SELECT attempts, finished_at - duration_ms, duration_ms, response_status_code, response_headers, response_body, error_code,
           error_message, coalesce(trigger, 'SCHEDULE'), false
    FROM ${delivery} WHERE transport_id = $2::bigint AND id = $1::bigint AND duration_ms IS NOT NULL
    ORDER BY number DESC, started_at DESC LIMIT $3`,

    firstEndedFrom: `
    SELECT DISTINCT ON (i.id) i.id AS from_id, d.id, d.created_at
    FROM unnest($2::bigint[]) AS i (id)
    CROSS JOIN unnest('{${ENDED_STATUSES.join(',')}}'::text[]) AS s (status)
    CROSS JOIN LATERAL (
      SELECT id, created_at FROM ${delivery}
      WHERE tenant_id = $1::int AND status = s.status COLLATE "C" AND id >= i.id ORDER BY tenant_id, status, id LIMIT 1
    ) d
    ORDER BY i.id, d.id`,

    endedRange: `
    SELECT min(first) AS first, max(last) AS last FROM (
      SELECT (SELECT id FROM ${delivery} WHERE tenant_id = $1::int AND status = s.status COLLATE "C"
              ORDER BY tenant_id, status, id LIMIT 1) AS first,
             (SELECT id FROM ${delivery} WHERE tenant_id = $1::int AND status = s.status COLLATE "C"
              ORDER BY tenant_id DESC, status DESC, id DESC LIMIT 1) AS last
      FROM unnest('{${ENDED_STATUSES.join(',')}}'::text[]) AS s (status)
    ) r`,

    // $1: the tenant; $2: deliveries; $3: now. Lanes are locked before any of their rows are written, in key order.
    moveBack: `
    WITH wanted AS MATERIALIZED (
      SELECT d.id, d.transport_id, d.place FROM (SELECT DISTINCT id FROM unnest($2::bigint[]) AS i (id)) i
      CROSS JOIN LATERAL (${endedById(delivery, '$1::int', 'i.id', 'id, transport_id, ctid AS place')}
      ) d
    ), lanes AS MATERIALIZED (${lockedLanes(table('webhook_lane'), 'wanted')}
    ), moved AS (
      DELETE FROM ${delivery} d
      WHERE d.ctid = ANY (ARRAY(SELECT place FROM wanted WHERE transport_id IN (SELECT transport_id FROM lanes)))
      RETURNING d.*
    ), kept AS (
      INSERT INTO ${attempt} (delivery_id, number, started_at, duration_ms, response_status_code, response_headers,
        response_body, error_code, error_message, trigger, orphaned)
      SELECT id, attempts, finished_at - duration_ms, duration_ms, response_status_code, response_headers, response_body,
        error_code, error_message, coalesce(trigger, 'SCHEDULE'), false
      FROM moved WHERE duration_ms IS NOT NULL
    ), queued AS (
      INSERT INTO ${queue} (transport_id, due_at, delivery_id, event_id, webhook_id, created_at, tenant_id, attempts,
        has_succeeded, requested)
      SELECT transport_id, $3::bigint, id, event_id, webhook_id, created_at, tenant_id, attempts, status = 'DELIVERED', 'MANUAL'
      FROM moved
      RETURNING ${QUEUED_ROWS}
    ), counted AS (${noteQueued(table('webhook_statistic_fact'), 'queued')}
    ), notified AS (
      UPDATE ${table('webhook_lane')} SET ${notifyLane('postgres', '$3::bigint')}, ${NOTE_REQUEST}
      WHERE transport_id = ANY (ARRAY(SELECT DISTINCT transport_id FROM moved))
    )
    SELECT id FROM moved`,
  };
}
