import { maySend } from '../sql/stop-setting.js';
import { CLOCK_SLACK_MS } from '../ports/lane-store.js';
import { leaseSql, waitsBehind } from '../sql/queue-sql.js';
import { STORED_TRANSPORT_COLUMNS } from '../sql/stored-transport-row.js';
import type { PostgresDatabase } from './postgres-database.js';
import { STATEMENT_MS } from './sql.js';

/**
 * The SQL texts of PostgresLaneStore. As in fanout-sql, each row is found by key, so that no plan depends on statistics.
 *
 * A lane that another transaction has locked is left out (SKIP LOCKED), so that it does not delay the other lanes of a
 * call. All code locks several lanes in ascending order of transports.
 */
export function laneTexts(database: Pick<PostgresDatabase, 'table'>) {
  const lane = database.table('webhook_lane');
  const queue = database.table('webhook_queue');
  const transport = database.table('webhook_http_transport');
  const sends = (own: string): string => maySend(database, `${own}::text`);
  const configOf = (id: string): string =>
    `CROSS JOIN LATERAL (SELECT ${STORED_TRANSPORT_COLUMNS} FROM ${transport} t WHERE t.id = ${id} LIMIT 1) t`;
  // The slack is for work that another process has dated by its own reading of the clock. It does not shorten a lease.
  const isDue = `due_at <= ${STATEMENT_MS} + ${CLOCK_SLACK_MS} AND (holder IS NULL OR due_at <= ${STATEMENT_MS})`;
  const locked = (condition: string): string => `
          CROSS JOIN LATERAL (
            SELECT 1 FROM ${lane} l WHERE l.transport_id = r.transport_id AND ${condition}
            LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
          ) l`;
  const isHeld = 'l.lease_token = r.lease_token AND l.holder IS NOT NULL';
  const leaseMs = `greatest($2::bigint,
      ${leaseSql(`(SELECT t.timeout_ms FROM ${transport} t WHERE t.id = l.transport_id)`)})`;
  return {
    // The inner query reads its index from the cursor and ends at its limit, however many lanes are due.
    due: `
        SELECT l.transport_id, l.due_at, t.tenant_uid, t.origin, t.encrypted_with
        FROM (
          SELECT transport_id, due_at FROM ${lane}
          WHERE ${isDue} AND (due_at, transport_id) > ($1::bigint, $2::bigint) AND ${sends('$4')}
          ORDER BY due_at, transport_id LIMIT $3
        ) l
        CROSS JOIN LATERAL (
          SELECT tenant_uid, origin, encrypted_with FROM ${transport} WHERE id = l.transport_id LIMIT 1
        ) t
        ORDER BY l.due_at, l.transport_id`,
    // Claim and read are two statements on purpose. In one statement, rows that are committed between its snapshot and its
    // lock on the lane would be missed, although the version that it returns already counts them.
    claim: `
        WITH due AS MATERIALIZED (
          SELECT r.transport_id FROM unnest($3::bigint[]) AS r (transport_id) ${locked(isDue)} WHERE ${sends('$4')}
        ), claimed AS (
          UPDATE ${lane} l SET holder = $1, lease_token = l.lease_token + 1,
            lease_until = ${STATEMENT_MS} + ${leaseMs}, due_at = ${STATEMENT_MS} + ${leaseMs},
            crashes = CASE WHEN l.holder IS NULL THEN l.crashes ELSE l.crashes + 1 END
          WHERE l.transport_id = ANY (ARRAY(SELECT transport_id FROM due))
          RETURNING l.*, l.lease_until - ${STATEMENT_MS} AS lease_ms
        )
        SELECT c.transport_id, c.lease_token, c.lease_ms, c.version, c.blocked_until, c.crashes,
               c.consecutive_failures, c.rate_used, c.rate_used_until, c.scan_from, c.requests_version, t.*
        FROM claimed c ${configOf('c.transport_id')}`,
    note: `
        UPDATE ${queue} SET noted_token = $5
        WHERE transport_id = $1 AND due_at = $2 AND delivery_id = $3 AND attempts = $4`,
    // The cursor begins with due_at. If it also contained transport_id, the index would be entered at the head of the lane,
    // and each read would visit all rows that were deleted since the last vacuum. A lane's rows are returned as arrays, in
    // their order, because one row for each delivery costs the driver several times as much. keyed: for rows with an
    // ordering key, the delivery, the key, and whether it waits behind an earlier one. marked: for rows that were noted, have
    // lost attempts, or were requested.
    read: `
        SELECT r.transport_id, l.version, l.requests_version, n.due_at AS next_due_at, q.*
        FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::int[]) AS r (transport_id, after_due, after_id, most)
        CROSS JOIN LATERAL (SELECT version, requests_version FROM ${lane} WHERE transport_id = r.transport_id LIMIT 1) l
        LEFT JOIN LATERAL (
          SELECT due_at FROM ${queue} WHERE transport_id = r.transport_id AND due_at > $5
          ORDER BY transport_id, due_at, delivery_id LIMIT 1
        ) n ON true
        CROSS JOIN LATERAL (
          SELECT array_agg(q.due_at)::text AS due_ats, array_agg(q.delivery_id)::text AS delivery_ids,
                 array_agg(q.event_id)::text AS event_ids, array_agg(q.attempts)::text AS attempts,
                 json_agg(json_build_array(q.delivery_id, q.lost_attempts, q.noted_token, q.requested))
                   FILTER (WHERE q.lost_attempts > 0 OR q.noted_token IS NOT NULL OR q.requested IS NOT NULL)::text AS marked,
                 json_agg(json_build_array(q.delivery_id, q.ordering_key, q.behind))
                   FILTER (WHERE q.ordering_key IS NOT NULL)::text AS keyed
          FROM (
            SELECT q.due_at, q.delivery_id, q.event_id, q.attempts, q.ordering_key, q.lost_attempts, q.noted_token,
                   q.requested, q.ordering_key IS NOT NULL AND ${waitsBehind(queue, 'q')} AS behind
            FROM ${queue} q
            WHERE q.transport_id = r.transport_id AND q.due_at <= $5
              AND (q.due_at, q.delivery_id) > (r.after_due, r.after_id)
            ORDER BY q.transport_id, q.due_at, q.delivery_id LIMIT r.most
          ) q
        ) q
        WHERE ${sends('$6')}`,
    check: `
        SELECT l.transport_id, l.lease_token, l.holder IS NOT NULL AS is_held, l.version, l.requests_version,
               t.version AS transport_version
        FROM ${lane} l
        CROSS JOIN LATERAL (SELECT version FROM ${transport} WHERE id = l.transport_id LIMIT 1) t
        WHERE l.transport_id = ANY ($1::bigint[])`,
    renew: `
        WITH mine AS MATERIALIZED (
          SELECT r.* FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::int[], $5::bigint[], $6::bigint[], $7::bigint[])
            AS r (transport_id, lease_token, failures, used, used_until, scan_from, lease_ms)
          ${locked(isHeld)}
        )
        UPDATE ${lane} l SET lease_until = ${STATEMENT_MS} + mine.lease_ms, due_at = ${STATEMENT_MS} + mine.lease_ms,
          consecutive_failures = mine.failures, rate_used = mine.used, rate_used_until = mine.used_until,
          scan_from = mine.scan_from
        FROM mine WHERE l.transport_id = mine.transport_id AND l.transport_id = ANY ($1::bigint[])
        RETURNING l.transport_id`,
    release: `
        WITH mine AS MATERIALIZED (
          SELECT r.* FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::int[], $5::bigint[], $6::bigint[], $7::bigint[],
            $8::bigint[]) AS r (transport_id, lease_token, failures, used, used_until, scan_from, version, due_at)
          ${locked(`${isHeld} AND l.version = coalesce(r.version, l.version)`)}
        )
        UPDATE ${lane} l SET holder = NULL, lease_until = 0, crashes = 0,
          consecutive_failures = mine.failures, rate_used = mine.used, rate_used_until = mine.used_until,
          scan_from = mine.scan_from,
          due_at = CASE WHEN l.suspended THEN NULL
                        WHEN mine.due_at IS NOT NULL THEN greatest(mine.due_at, l.blocked_until) END
        FROM mine WHERE l.transport_id = mine.transport_id AND l.transport_id = ANY ($1::bigint[])
        RETURNING l.transport_id`,
    forgive: `
        UPDATE ${lane} SET crashes = 0 WHERE transport_id = ANY (ARRAY(
          SELECT r.transport_id FROM unnest($1::bigint[]) AS r (transport_id) ${locked('l.crashes > 0')}))`,
    transports: `
        SELECT t.id AS transport_id, ${STORED_TRANSPORT_COLUMNS} FROM ${transport} t WHERE t.id = ANY ($1::bigint[])`,
    // octet_length does not read the body.
    contents: `
        SELECT id, event_uid, action, body, traceparent, created_at FROM (
          SELECT id, event_uid, action, body, traceparent, created_at,
                 sum(octet_length(body)) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) - octet_length(body) AS before
          FROM ${database.table('webhook_event')} WHERE id = ANY ($1::bigint[]) AND expunged_at IS NULL
        ) e WHERE before < $2::bigint ORDER BY id`,
  };
}
