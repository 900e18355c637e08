import { ERASED_BODY, isReferred, isUnsent } from '../sql/retention-sql.js';
import type { PostgresDatabase } from './postgres-database.js';

/**
 * The SQL texts of PostgresRetentionStore. As in fanout-sql, rows are found by key, in subqueries that the planner cannot
 * pull up. `pg_column_size` reads the size of a value, not the value, so a damaged value stops nothing.
 */
export function retentionTexts(database: Pick<PostgresDatabase, 'table'>) {
  const table = (name: string): string => database.table(name);
  const event = table('webhook_event');
  const delivery = table('webhook_delivery');
  const attempt = table('webhook_attempt');
  // As the last column of a result, it is computed after the others.
  const tookMs = `(extract(epoch FROM clock_timestamp() - statement_timestamp()) * 1000)::float8 AS took_ms`;

  return {
    // $1, $2: the scope; $3: after this id; $4: limit.
    oldestDeliveries: `
    SELECT d.id, d.created_at, d.finished_at, d.bytes + coalesce(
      (SELECT pg_column_size(e.body) FROM ${event} e WHERE e.id = d.event_id LIMIT 1), 0) AS bytes
    FROM (
      SELECT id, created_at, finished_at, event_id, coalesce(pg_column_size(response_body), 0) AS bytes
      FROM ${delivery}
      WHERE tenant_id = $1::int AND status = $2::text COLLATE "C" AND id > $3::bigint
      ORDER BY tenant_id, status, id LIMIT $4
    ) d`,

    // $1, $2: the scope; $3: deliveries; $4: the instant before which they must have ended. A row of the log is never
    // updated, so its place remains valid.
    removeDeliveries: `
    WITH gone AS (
      DELETE FROM ${delivery} WHERE ctid = ANY (ARRAY(
        SELECT d.place FROM unnest($3::bigint[]) AS i (id)
        CROSS JOIN LATERAL (
          SELECT ctid AS place FROM ${delivery}
          WHERE tenant_id = $1::int AND status = $2::text COLLATE "C" AND id = i.id AND finished_at < $4::bigint
          ORDER BY tenant_id, status, id LIMIT 1 FOR UPDATE SKIP LOCKED
        ) d))
      RETURNING id, event_id
    ), attempts AS (
      DELETE FROM ${attempt} WHERE ctid = ANY (ARRAY(
        SELECT a.place FROM gone
        CROSS JOIN LATERAL (SELECT ctid AS place FROM ${attempt} WHERE delivery_id = gone.id OFFSET 0) a))
      RETURNING 1
    )
    SELECT (SELECT count(*) FROM gone)::int AS deliveries, (SELECT count(*) FROM attempts)::int AS attempts,
           (SELECT array_agg(DISTINCT event_id) FROM gone)::text AS event_ids, ${tookMs}`,

    // $1: events. Locks those that nothing refers to. A batch of a recovery, which adds deliveries of existing events, locks
    // the events as well. So once the lock is held, the next statement sees what such a batch has added. Fan-out locks no
    // event: until it commits, the outbox refers to the event.
    lockUnused: `
    SELECT array_agg(e.id)::text AS event_ids, ${tookMs} FROM unnest($1::bigint[]) AS i (id)
    CROSS JOIN LATERAL (
      SELECT e.id FROM ${event} e WHERE e.id = i.id AND NOT ${isReferred(table, 'e')}
      LIMIT 1 FOR UPDATE SKIP LOCKED
    ) e`,

    removeEvents: `
    WITH changed AS (DELETE FROM ${event} WHERE ctid = ANY (ARRAY(
      SELECT e.place FROM unnest($1::bigint[]) AS i (id)
      CROSS JOIN LATERAL (
        SELECT e.ctid AS place FROM ${event} e WHERE e.id = i.id AND NOT ${isReferred(table, 'e')} LIMIT 1
      ) e)) RETURNING 1)
    SELECT (SELECT count(*) FROM changed)::int AS events, ${tookMs}`,

    // $1: after this id; $2: limit; $3: whether to look for references.
    oldestEvents: `
    SELECT e.id, e.tenant_uid, e.created_at, e.expunged_at IS NULL AS has_body, pg_column_size(e.body) AS bytes,
           $3::boolean AND ${isReferred(table, 'e')} AS is_referred
    FROM (
      SELECT id, tenant_uid, created_at, expunged_at, body FROM ${event}
      WHERE id > $1::bigint ORDER BY id LIMIT $2
    ) e`,

    // $1: events; $2: now.
    eraseBodies: `
    WITH changed AS (UPDATE ${event} SET ${ERASED_BODY}, expunged_at = $2::bigint WHERE ctid = ANY (ARRAY(
      SELECT e.place FROM unnest($1::bigint[]) AS i (id)
      CROSS JOIN LATERAL (
        SELECT e.ctid AS place FROM ${event} e
        WHERE e.id = i.id AND e.expunged_at IS NULL AND NOT ${isUnsent(table, 'e')}
        LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
      ) e)) RETURNING 1)
    SELECT (SELECT count(*) FROM changed)::int AS events, ${tookMs}`,
  };
}
