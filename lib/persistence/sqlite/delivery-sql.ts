import {
  ENDED_STATUSES,
  uidOf,
  TRANSPORT_TOMBSTONE,
  WEBHOOK_TOMBSTONE,
  type PageKind,
} from '../sql/delivery-sql.js';
import { NOTE_REQUEST, notifyLane } from '../sql/queue-sql.js';
import type { SqliteDatabase } from './sqlite-database.js';

/** The SQL texts of SqliteDeliveryStore: the same searches as on PostgreSQL, with lists of ids as JSON. */
export function deliveryTexts(database: Pick<SqliteDatabase, 'table'>) {
  const table = (name: string): string => database.table(name);
  const queue = table('webhook_queue');
  const delivery = table('webhook_delivery');
  const attempt = table('webhook_attempt');

  /** The columns that the API shows, for the deliveries in `found (id, tenant_id, transport_id, is_pending)`. */
  const shown = `
    SELECT f.id, f.transport_id, coalesce(q.event_id, d.event_id) AS event_id,
           coalesce(e.event_uid, 'deleted-' || coalesce(q.event_id, d.event_id)) AS event_uid, coalesce(e.action, '') AS action,
           ${uidOf(table, TRANSPORT_TOMBSTONE, 'coalesce(q.transport_id, d.transport_id)')} AS http_transport_uid,
           ${uidOf(table, WEBHOOK_TOMBSTONE, 'coalesce(q.webhook_id, d.webhook_id)')} AS webhook_uid,
           coalesce(d.status, 'PENDING') AS status, d.reason, coalesce(q.attempts, d.attempts) AS attempts, q.due_at,
           coalesce(q.created_at, d.created_at) AS created_at, d.finished_at,
           CASE WHEN d.duration_ms IS NULL THEN a.response_status_code ELSE d.response_status_code END AS last_status_code,
           CASE WHEN d.duration_ms IS NULL THEN a.error_code ELSE d.error_code END AS last_error_code
    FROM found f
    LEFT JOIN ${queue} q ON f.is_pending AND q.tenant_id = f.tenant_id AND q.transport_id = f.transport_id AND q.delivery_id = f.id
    LEFT JOIN ${delivery} d ON NOT f.is_pending AND d.id = f.id
    LEFT JOIN ${table('webhook_event')} e ON e.id = coalesce(q.event_id, d.event_id)
    LEFT JOIN ${attempt} a ON a.delivery_id = f.id AND (a.number, a.started_at) = (
      SELECT number, started_at FROM ${attempt} l WHERE l.delivery_id = f.id AND NOT l.orphaned
      ORDER BY number DESC, started_at DESC LIMIT 1)`;

  const columns = ({ hasFilter }: PageKind, status: string): string =>
    hasFilter ? `, event_id, webhook_id, created_at, ${status} AS status` : '';
  const isWithin = (id: string): string => `${id} > @afterId AND ${id} < @beforeId`;

  const logParts = (kind: PageKind): string => {
    const [list, condition, index] = kind.byTransport
      ? ['@endedTransports', 'x.transport_id = t.value', 'webhook_delivery_transport']
      : ['@statuses', 'x.tenant_id = @tenantId AND x.status = t.value', 'webhook_delivery_tenant'];
    return `
      SELECT d.id, d.transport_id ${columns(kind, 'd.status')}, false,
             row_number() OVER (PARTITION BY t.value ORDER BY d.id DESC)
      FROM json_each(${list}) t CROSS JOIN ${delivery} d
      WHERE d.id IN (
        SELECT x.id FROM ${delivery} x INDEXED BY ${index}
        WHERE ${condition} AND ${isWithin('x.id')} ORDER BY x.id DESC LIMIT @each)`;
  };

  const partsOf = (kind: PageKind): string => `
      SELECT q.delivery_id AS id, q.transport_id ${columns(kind, `'PENDING'`)}, true AS is_pending,
             row_number() OVER (PARTITION BY q.transport_id ORDER BY q.delivery_id DESC) AS place
      FROM json_each(@transports) t CROSS JOIN ${queue} q INDEXED BY webhook_queue_list
      WHERE q.tenant_id = @tenantId AND q.transport_id = t.value AND q.delivery_id IN (
        SELECT x.delivery_id FROM ${queue} x INDEXED BY webhook_queue_list
        WHERE x.tenant_id = @tenantId AND x.transport_id = t.value AND ${isWithin('x.delivery_id')}
        ORDER BY x.delivery_id DESC LIMIT @each)
      UNION ALL ${logParts(kind)}`;

  const ofEvent = (kind: PageKind): string => `
      SELECT delivery_id AS id, transport_id ${columns(kind, `'PENDING'`)}, true AS is_pending, NULL AS place
      FROM ${queue} INDEXED BY webhook_queue_event
      WHERE event_id = @eventId AND tenant_id = @tenantId AND transport_id IN (SELECT value FROM json_each(@transports))
        AND ${isWithin('delivery_id')}
      UNION ALL
      SELECT id, transport_id ${columns(kind, 'status')}, false, NULL
      FROM ${delivery} INDEXED BY webhook_delivery_event
      WHERE event_id = @eventId AND tenant_id = @tenantId AND status IN (SELECT value FROM json_each(@statuses))
        AND ${isWithin('id')}
        ${kind.byTransport ? 'AND transport_id IN (SELECT value FROM json_each(@endedTransports))' : ''}`;

  const filters = `
      WHERE (@webhooks IS NULL OR c.webhook_id IN (SELECT value FROM json_each(@webhooks)))
        AND (@action IS NULL OR (SELECT e.action FROM ${table('webhook_event')} e WHERE e.id = c.event_id) = @action)
        AND c.created_at >= @createdFrom AND c.created_at <= @createdTo
        AND (@status IS NULL OR c.status = @status)
        AND (c.is_pending OR @endedTransports IS NULL
             OR c.transport_id IN (SELECT value FROM json_each(@endedTransports)))`;

  const page = (kind: PageKind): string => `
    WITH candidates AS MATERIALIZED (${kind.byEvent ? ofEvent(kind) : partsOf(kind)}
    ), horizon AS MATERIALIZED (
      SELECT max(id) FILTER (WHERE place = @each) AS id FROM candidates
    ), found AS MATERIALIZED (
      SELECT c.id, @tenantId AS tenant_id, c.transport_id, c.is_pending
      FROM horizon h JOIN candidates c ON c.id >= coalesce(h.id, 0)
      ${kind.hasFilter ? filters : ''}
      ORDER BY c.id DESC LIMIT @limit
    )
    SELECT h.id AS horizon, p.* FROM horizon h LEFT JOIN (${shown}) p ON true ORDER BY p.id DESC`;

  return {
    page,

    waiting: `
    SELECT count(*) AS waiting FROM json_each(@transports) t WHERE EXISTS (
      SELECT 1 FROM ${queue} q INDEXED BY webhook_queue_list WHERE q.tenant_id = @tenantId AND q.transport_id = t.value)`,

    find: `
    WITH found AS MATERIALIZED (
      SELECT id, tenant_id, transport_id, false AS is_pending FROM ${delivery} WHERE id = @id AND tenant_id = @tenantId
      UNION ALL
      SELECT q.delivery_id, q.tenant_id, q.transport_id, true
      FROM json_each(@transports) t CROSS JOIN ${queue} q INDEXED BY webhook_queue_list
      WHERE q.tenant_id = @tenantId AND q.transport_id = t.value AND q.delivery_id = @id
    )
    ${shown}`,

    listed: `
    WITH places AS MATERIALIZED (
      SELECT json_extract(value, '$[0]') AS transport_id, json_extract(value, '$[1]') AS id FROM json_each(@places)
    ), found AS MATERIALIZED (
      SELECT p.id, @tenantId AS tenant_id, p.transport_id, EXISTS (
        SELECT 1 FROM ${queue} q INDEXED BY webhook_queue_list
        WHERE q.tenant_id = @tenantId AND q.transport_id = p.transport_id AND q.delivery_id = p.id) AS is_pending
      FROM places p
    )
    ${shown}
    WHERE coalesce(q.delivery_id, d.id) IS NOT NULL`,

    attempts: `
    SELECT number, started_at, duration_ms, response_status_code, response_headers, response_body, error_code,
           error_message, trigger, orphaned
    FROM ${attempt} WHERE delivery_id = @id
    UNION ALL
    SELECT attempts, finished_at - duration_ms, duration_ms, response_status_code, response_headers, response_body, error_code,
           error_message, coalesce(trigger, 'SCHEDULE'), false
    FROM ${delivery} WHERE id = @id AND duration_ms IS NOT NULL
    ORDER BY number DESC, started_at DESC LIMIT @limit`,

    firstEndedFrom: `
    SELECT id, created_at FROM ${delivery} WHERE id = (
      SELECT min(first) FROM (
        SELECT (SELECT id FROM ${delivery} INDEXED BY webhook_delivery_tenant
                WHERE tenant_id = ? AND status = s.value AND id >= ? ORDER BY id LIMIT 1) AS first
        FROM json_each('${JSON.stringify(ENDED_STATUSES)}') s))`,
    endedRange: `
    SELECT min(first) AS first, max(last) AS last FROM (
      SELECT (SELECT id FROM ${delivery} INDEXED BY webhook_delivery_tenant
              WHERE tenant_id = @tenantId AND status = s.value ORDER BY id LIMIT 1) AS first,
             (SELECT id FROM ${delivery} INDEXED BY webhook_delivery_tenant
              WHERE tenant_id = @tenantId AND status = s.value ORDER BY id DESC LIMIT 1) AS last
      FROM json_each('${JSON.stringify(ENDED_STATUSES)}') s)`,

    movable: `
    SELECT d.transport_id FROM ${delivery} d JOIN ${table('webhook_lane')} l ON l.transport_id = d.transport_id
    WHERE d.id = ? AND d.tenant_id = ?`,
    keepAttempt: `
    INSERT INTO ${attempt} (delivery_id, number, started_at, duration_ms, response_status_code, response_headers,
      response_body, error_code, error_message, trigger, orphaned)
    SELECT id, attempts, finished_at - duration_ms, duration_ms, response_status_code, response_headers, response_body,
      error_code, error_message, coalesce(trigger, 'SCHEDULE'), 0
    FROM ${delivery} WHERE id = ? AND duration_ms IS NOT NULL`,
    requeue: `
    INSERT INTO ${queue} (transport_id, due_at, delivery_id, event_id, webhook_id, created_at, tenant_id, attempts,
      has_succeeded, requested)
    SELECT transport_id, ?, id, event_id, webhook_id, created_at, tenant_id, attempts, status = 'DELIVERED', 'MANUAL'
    FROM ${delivery} WHERE id = ?`,
    remove: `DELETE FROM ${delivery} WHERE id = ?`,
    noteFacts: `INSERT INTO ${table('webhook_statistic_fact')} (facts) VALUES (?)`,
    notify: `UPDATE ${table('webhook_lane')} SET ${notifyLane('sqlite', '@now')}, ${NOTE_REQUEST}
      WHERE transport_id = @transportId`,
  };
}
