import { isPayloadGone } from '../sql/retention-sql.js';
import { maySend } from '../sql/stop-setting.js';
import { notifyLane, NOTE_REQUEST, waitsBehind } from '../sql/queue-sql.js';
import { endedById, lockedLanes } from './delivery-sql.js';
import type { PostgresDatabase } from './postgres-database.js';

/**
 * The SQL texts of PostgresRequestStore. As in fanout-sql, rows are found by key, in subqueries that the planner cannot pull
 * up.
 */
export function requestTexts(database: Pick<PostgresDatabase, 'table'>) {
  const table = (name: string): string => database.table(name);
  const lane = table('webhook_lane');
  const queue = table('webhook_queue');

  return {
    // $1: the tenant; $2: its transports; $3: deliveries. One statement reads both tables, so that a delivery that moves
    // between them meanwhile is found once. Rows of the queue are compared as ROW, which only the index that begins with the
    // tenant can search: a search by the primary key would read the whole lane.
    facts: `
    WITH wanted AS MATERIALIZED (
      SELECT DISTINCT id FROM unnest($3::bigint[]) AS i (id)
    ), ended AS MATERIALIZED (
      SELECT d.*, NULL::bigint AS due_at, NULL::text AS requested FROM wanted i
      CROSS JOIN LATERAL (
        ${endedById(table('webhook_delivery'), '$1::int', 'i.id', 'id, transport_id, webhook_id, event_id')}) d
    ), found AS MATERIALIZED (
      SELECT * FROM ended
      UNION ALL
      SELECT q.* FROM wanted i CROSS JOIN unnest($2::bigint[]) AS t (id)
      CROSS JOIN LATERAL (
        SELECT delivery_id, transport_id, webhook_id, event_id, due_at, requested::text FROM ${queue}
        WHERE tenant_id > 0 AND (tenant_id, transport_id, delivery_id) >= ($1::int, t.id, i.id)
          AND (tenant_id, transport_id, delivery_id) <= ($1::int, t.id, i.id)
        ORDER BY tenant_id, transport_id, delivery_id LIMIT 1
      ) q
      WHERE i.id NOT IN (SELECT id FROM ended)
    )
    SELECT f.id, f.transport_id, f.due_at, f.requested,
           (SELECT state FROM ${table('webhook_http_transport')} t WHERE t.id = f.transport_id) AS transport_state,
           (SELECT 1 FROM ${table('webhook_webhook')} w WHERE w.id = f.webhook_id) IS NOT NULL AS has_webhook,
           coalesce((SELECT NOT (${isPayloadGone('e')}) FROM ${table('webhook_event')} e WHERE e.id = f.event_id), false)
             AS has_payload
    FROM found f`,

    // $1: the tenant; $2 to $4: the keys of the rows; $5: now. The statement waits for no lock, so the order of locks cannot
    // cause a deadlock. A row that its holder records meanwhile is left out. The tenant is compared outside the
    // subquery: inside, the planner could infer `tenant_id > 0`, the condition of two partial indexes, and walk one of them.
    request: `
    WITH wanted AS MATERIALIZED (
      SELECT * FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) AS i (transport_id, due_at, delivery_id)
    ), lanes AS MATERIALIZED (${lockedLanes(lane, 'wanted')}
    ), pending AS MATERIALIZED (
      SELECT q.place FROM wanted w CROSS JOIN LATERAL (
        SELECT ctid AS place, tenant_id FROM ${queue}
        WHERE transport_id = w.transport_id AND due_at = w.due_at AND delivery_id = w.delivery_id AND requested IS NULL
        LIMIT 1 FOR UPDATE SKIP LOCKED
      ) q
      WHERE w.transport_id IN (SELECT transport_id FROM lanes) AND q.tenant_id = $1::int
    ), marked AS (
      UPDATE ${queue} SET requested = 'MANUAL' WHERE ctid = ANY (ARRAY(SELECT place FROM pending))
      RETURNING delivery_id, transport_id
    ), notified AS (
      UPDATE ${lane} SET ${notifyLane('postgres', '$5::bigint')}, ${NOTE_REQUEST}
      WHERE transport_id = ANY (ARRAY(SELECT DISTINCT transport_id FROM marked))
    )
    SELECT delivery_id AS id FROM marked`,

    // $1 to $3: the requests; $4: the environment of this process. The rows are JSON: there are few of them.
    read: `
    SELECT r.transport_id, l.requests_version, q.rows
    FROM unnest($1::bigint[], $2::bigint[], $3::int[]) AS r (transport_id, after_id, most)
    CROSS JOIN LATERAL (SELECT requests_version FROM ${lane} WHERE transport_id = r.transport_id LIMIT 1) l
    CROSS JOIN LATERAL (
      SELECT json_agg(json_build_array(q.delivery_id, q.due_at, q.event_id, q.attempts, q.ordering_key, q.behind,
               q.lost_attempts, q.noted_token))::text AS rows
      FROM (
        SELECT q.*, q.ordering_key IS NOT NULL AND ${waitsBehind(queue, 'q')} AS behind
        FROM ${queue} q
        WHERE q.transport_id = r.transport_id AND q.requested = 'MANUAL' AND q.delivery_id > r.after_id
        ORDER BY q.transport_id, q.delivery_id LIMIT r.most
      ) q
    ) q
    WHERE ${maySend(database, '$4::text')}`,

    clear: `
    UPDATE ${lane} SET requests_version = 0 WHERE transport_id = ANY (ARRAY(
      SELECT r.transport_id FROM unnest($1::bigint[], $2::bigint[]) AS r (transport_id, requests_version)
      CROSS JOIN LATERAL (
        SELECT 1 FROM ${lane} l WHERE l.transport_id = r.transport_id AND l.requests_version = r.requests_version
        LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
      ) l))`,
  };
}
