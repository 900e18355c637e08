import { isEnvironment } from '../environment-setting.js';
import { CLOCK_SLACK_MS } from '../lane-store.js';
import { STORED_TRANSPORT_COLUMNS } from '../stored-transport-row.js';
import type { PostgresDatabase } from './postgres-database.js';
import { STATEMENT_MS } from './sql.js';

/** Announcements of processes that are gone are removed after this long. */
const FORGET_IDLE_MS = 3_600_000;

/** The texts of PostgresLaneStore. As in fanout-sql, nothing is left to the planner's statistics. */
export function laneTexts(database: Pick<PostgresDatabase, 'table'>) {
  const lane = database.table('webhook_lane');
  const queue = database.table('webhook_queue');
  const transport = database.table('webhook_http_transport');
  const process = database.table('webhook_process');
  const isOurs = (own: string): string => isEnvironment(database, `${own}::text`);
  const config = (id: string): string =>
    `CROSS JOIN LATERAL (SELECT ${STORED_TRANSPORT_COLUMNS} FROM ${transport} t WHERE t.id = ${id} LIMIT 1) t`;
  const leaseMs = `greatest($3::bigint,
      2 * coalesce((SELECT t.timeout_ms FROM ${transport} t WHERE t.id = l.transport_id), 0) + 2000)`;
  const taking = (which: string): string => `
        WITH due AS MATERIALIZED (
          SELECT transport_id, due_at FROM ${lane} ${which} LIMIT $2 FOR UPDATE SKIP LOCKED
        ), taken AS (
          UPDATE ${lane} l SET holder = $1, lease_token = l.lease_token + 1,
            lease_until = ${STATEMENT_MS} + ${leaseMs}, due_at = ${STATEMENT_MS} + ${leaseMs},
            crashes = CASE WHEN l.holder IS NULL THEN l.crashes ELSE l.crashes + 1 END
          WHERE l.transport_id = ANY (ARRAY(SELECT transport_id FROM due))
          RETURNING l.*, l.lease_until - ${STATEMENT_MS} AS lease_ms
        )
        SELECT taken.transport_id, taken.lease_token, taken.lease_ms, taken.version, taken.blocked_until, taken.crashes,
               taken.consecutive_failures, taken.ended, taken.rate_used, taken.rate_used_until, t.*
        FROM taken JOIN due ON due.transport_id = taken.transport_id ${config('taken.transport_id')}
        ORDER BY due.due_at`;
  // A lease is not cut short by the slack that work may have.
  const isTakeable = `(holder IS NULL OR due_at <= ${STATEMENT_MS})`;
  // Locks the lanes that are still ours, in the order in which they are given: ascending, as everybody does.
  const locked = (condition: string): string => `
          CROSS JOIN LATERAL (
            SELECT 1 FROM ${lane} l
            WHERE l.transport_id = r.transport_id AND l.lease_token = r.lease_token AND l.holder IS NOT NULL ${condition}
            LIMIT 1 FOR NO KEY UPDATE
          ) l`;
  return {
    // Read and take are two statements on purpose: rows that a teller commits between this statement's snapshot
    // and its lock on the lane would be missed, although the version it returns already counts them.
    take: taking(`
          WHERE due_at <= ${STATEMENT_MS} + ${CLOCK_SLACK_MS} - $4::bigint AND ${isTakeable}
            AND tenant_uid <> ALL ($5::text[]) AND ${isOurs('$6')}
          ORDER BY due_at`),
    takeThese:
      taking(`WHERE transport_id = ANY ($4::bigint[]) AND due_at <= ${STATEMENT_MS} + ${CLOCK_SLACK_MS} AND ${isTakeable} AND ${isOurs('$5')}
          ORDER BY transport_id`),
    isWaiting: `SELECT 1 FROM ${lane} WHERE due_at <= ${STATEMENT_MS} - $1::bigint LIMIT 1`,
    announceIdle: `
        INSERT INTO ${process} (holder, idle_at) VALUES ($1, ${STATEMENT_MS})
        ON CONFLICT (holder) DO UPDATE SET idle_at = excluded.idle_at`,
    isOtherIdle: `SELECT 1 FROM ${process} WHERE holder <> $1 AND idle_at > ${STATEMENT_MS} - $2::bigint LIMIT 1`,
    forgetIdle: `DELETE FROM ${process} WHERE idle_at < ${STATEMENT_MS} - ${FORGET_IDLE_MS}`,
    note: `
        UPDATE ${queue} SET lost_attempts = lost_attempts + $5
        WHERE transport_id = $1 AND due_at = $2 AND delivery_id = $3 AND attempts = $4`,
    // The cursor begins with due_at: with transport_id in it, too, the index would be entered at the head of the lane,
    // and each read would walk over all that has been delivered since the last vacuum. A lane's rows come as arrays, in
    // their order: a row of its own for each costs the driver several times as much. keyed: of those with an ordering key,
    // the delivery, the key, and whether it waits behind an earlier one.
    read: `
        SELECT r.transport_id, l.version, n.due_at AS next_due_at, q.*
        FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::int[]) AS r (transport_id, after_due, after_id, most)
        CROSS JOIN LATERAL (SELECT version FROM ${lane} WHERE transport_id = r.transport_id LIMIT 1) l
        LEFT JOIN LATERAL (
          SELECT due_at FROM ${queue} WHERE transport_id = r.transport_id AND due_at > $5
          ORDER BY transport_id, due_at, delivery_id LIMIT 1
        ) n ON true
        CROSS JOIN LATERAL (
          SELECT array_agg(q.due_at)::text AS due_ats, array_agg(q.delivery_id)::text AS delivery_ids,
                 array_agg(q.event_id)::text AS event_ids, array_agg(q.attempts)::text AS attempts,
                 array_agg(q.lost_attempts)::text AS lost_attempts,
                 json_agg(json_build_array(q.delivery_id, q.ordering_key, q.behind))
                   FILTER (WHERE q.ordering_key IS NOT NULL)::text AS keyed
          FROM (
            SELECT q.due_at, q.delivery_id, q.event_id, q.attempts, q.ordering_key, q.lost_attempts,
                   q.ordering_key IS NOT NULL AND EXISTS (
                     SELECT 1 FROM ${queue} p WHERE p.transport_id = q.transport_id
                       AND p.ordering_key = q.ordering_key AND p.event_id < q.event_id) AS behind
            FROM ${queue} q
            WHERE q.transport_id = r.transport_id AND q.due_at <= $5
              AND (q.due_at, q.delivery_id) > (r.after_due, r.after_id)
            ORDER BY q.transport_id, q.due_at, q.delivery_id LIMIT r.most
          ) q
        ) q
        WHERE ${isOurs('$6')}`,
    check: `
        SELECT l.transport_id, l.lease_token, l.version, t.version AS transport_version
        FROM ${lane} l
        CROSS JOIN LATERAL (SELECT version FROM ${transport} WHERE id = l.transport_id LIMIT 1) t
        WHERE l.transport_id = ANY ($1::bigint[])`,
    renew: `
        WITH mine AS MATERIALIZED (
          SELECT r.* FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::int[], $5::bigint[], $6::bigint[], $7::bigint[])
            AS r (transport_id, lease_token, failures, used, used_until, ended, lease_ms)
          ${locked('')}
        )
        UPDATE ${lane} l SET lease_until = ${STATEMENT_MS} + mine.lease_ms, due_at = ${STATEMENT_MS} + mine.lease_ms,
          consecutive_failures = mine.failures, rate_used = mine.used, rate_used_until = mine.used_until, ended = mine.ended
        FROM mine WHERE l.transport_id = mine.transport_id AND l.transport_id = ANY ($1::bigint[])
        RETURNING l.transport_id`,
    release: `
        WITH mine AS MATERIALIZED (
          SELECT r.* FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::int[], $5::bigint[], $6::bigint[], $7::bigint[],
            $8::bigint[], $9::boolean[])
            AS r (transport_id, lease_token, failures, used, used_until, ended, version, due_at, is_empty)
          ${locked('AND l.version = coalesce(r.version, l.version)')}
        )
        UPDATE ${lane} l SET holder = NULL, lease_until = 0, crashes = 0,
          consecutive_failures = mine.failures, rate_used = mine.used, rate_used_until = mine.used_until,
          ended = CASE WHEN mine.is_empty THEN l.queued ELSE mine.ended END,
          due_at = CASE WHEN mine.due_at IS NOT NULL THEN greatest(mine.due_at, l.blocked_until) END
        FROM mine WHERE l.transport_id = mine.transport_id AND l.transport_id = ANY ($1::bigint[])
        RETURNING l.transport_id`,
    transports: `
        SELECT t.id AS transport_id, ${STORED_TRANSPORT_COLUMNS} FROM ${transport} t WHERE t.id = ANY ($1::bigint[])`,
    // The length of a body is known without reading it.
    contents: `
        SELECT id, event_uid, action, body FROM (
          SELECT id, event_uid, action, body,
                 sum(octet_length(body)) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) - octet_length(body) AS before
          FROM ${database.table('webhook_event')} WHERE id = ANY ($1::bigint[])
        ) e WHERE before < $2::bigint ORDER BY id`,
  };
}
