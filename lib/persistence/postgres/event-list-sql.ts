import { NEWEST_FIRST, numberedRowsTexts } from './numbered-rows-sql.js';
import type { PostgresDatabase } from './postgres-database.js';

/** The SQL texts of PostgresEventListStore. */
export function eventListTexts(database: Pick<PostgresDatabase, 'table'>) {
  const event = database.table('webhook_event');
  const { isWithin, range, firstFrom } = numberedRowsTexts(event);

  /** The newest $4 events between the bounds. */
  const newest = (columns: string): string => `
      SELECT ${columns} FROM ${event} WHERE ${isWithin('$1::varchar', '$2::bigint', '$3::bigint')}
      ORDER BY ${NEWEST_FIRST} LIMIT $4::bigint`;
  const matches = `($6::text IS NULL OR action = $6::text)
        AND created_at >= $7::bigint AND created_at <= $8::bigint`;

  return {
    range,
    firstFrom,

    // $1: the tenant; $2, $3: exclusive bounds of ids; $4: rows read; $5: limit; $6: action; $7, $8: dates.
    // `horizon`: the smallest id that was read, if there may be more.
    page: `
    WITH candidates AS MATERIALIZED (${newest('id, action, created_at')}
    ), horizon AS MATERIALIZED (
      SELECT CASE WHEN count(*) = $4::bigint THEN min(id) END AS id FROM candidates
    )
    SELECT h.id AS horizon, f.id FROM horizon h LEFT JOIN (
      SELECT id FROM candidates WHERE ${matches} ORDER BY id DESC LIMIT $5::bigint
    ) f ON true ORDER BY f.id DESC`,

    // Also $9: texts, at least one of which the body must contain; $10: bytes of bodies read. The length of a body is known
    // without reading it, so that no more bodies are read than the bound allows. All events whose body contains one of the
    // texts are returned with their body, because some of them may not match. $5 is not used: it is declared by `types`.
    pageByReference: `
    WITH types AS (SELECT $5::bigint), candidates AS MATERIALIZED (
      SELECT *, sum(octet_length(body)) OVER (ORDER BY id DESC) - octet_length(body) AS bytes_before
      FROM (${newest("id, action, created_at, coalesce(body, '') AS body")}
      ) e
    ), kept AS MATERIALIZED (
      SELECT * FROM candidates WHERE bytes_before < $10::bigint
    ), horizon AS MATERIALIZED (
      SELECT CASE WHEN (SELECT count(*) FROM candidates) = $4::bigint
                    OR (SELECT count(*) FROM candidates) > count(*) THEN min(id) END AS id FROM kept
    )
    SELECT h.id AS horizon, f.id, f.body FROM horizon h LEFT JOIN (
      SELECT id, body FROM kept
      WHERE ${matches} AND EXISTS (SELECT FROM unnest($9::text[]) AS t (wanted) WHERE strpos(body, wanted) > 0)
    ) f ON true ORDER BY f.id DESC`,

    // $1: the tenant; $2: events.
    shown: `
    SELECT e.id, e.event_uid, e.action, e.ordering_key, e.occurred_at, e.created_at,
      (SELECT 1 FROM ${database.table('webhook_outbox')} o
       WHERE o.tenant_uid = $1::varchar AND o.event_id = e.id LIMIT 1) IS NULL AS is_fanned_out,
      (SELECT 1 FROM ${database.table('webhook_queue')} q WHERE q.event_id = e.id AND q.tenant_id > 0 LIMIT 1) IS NOT NULL
        OR (SELECT 1 FROM ${database.table('webhook_delivery')} d WHERE d.event_id = e.id LIMIT 1) IS NOT NULL
        AS has_deliveries
    FROM unnest($2::bigint[]) AS i (id)
    CROSS JOIN LATERAL (
      SELECT id, tenant_uid, event_uid, action, ordering_key, occurred_at, created_at FROM ${event} WHERE id = i.id LIMIT 1
    ) e
    WHERE e.tenant_uid = $1::varchar ORDER BY e.id DESC`,
  };
}
