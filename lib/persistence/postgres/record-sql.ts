import { PARKED_DUE_AT } from '../record-store.js';
import { notifyLane, PAST_NOTE, waitsBehind } from '../queue-sql.js';
import type { PostgresDatabase } from './postgres-database.js';

const keyIs = (input: string): string =>
  `q.transport_id = ${input}.transport_id AND q.due_at = ${input}.due_at AND q.delivery_id = ${input}.delivery_id`;
/** The fence: the queue row is where this attempt found it, and nobody has recorded another attempt since. */
const attemptsAre = (input: string): string => `AND q.attempts = ${input}.attempts`;

/**
 * The queue row of a key, locked; no row if another transaction has locked it. The planner cannot pull this subquery up:
 * it probes the primary key for each row of `input`, whatever the statistics say. They are often taken when everything
 * has been sent, and from then on the planner believes that the queue is empty and may be read as a whole.
 */
const rowAt = (queue: string, input: string, fence = ''): string => `(
  SELECT q.ctid AS place, q.delivery_id, q.ordering_key, q.event_id FROM ${queue} q
  WHERE ${keyIs(input)} ${fence} LIMIT 1 FOR UPDATE SKIP LOCKED
)`;

/** Rows of `input` without a row in `found`, and whether that is because another transaction has locked their queue row. */
const missing = (queue: string, fence = ''): string => `missing AS MATERIALIZED (
    SELECT i.*, (SELECT 1 FROM ${queue} q WHERE ${keyIs('i')} ${fence} LIMIT 1) IS NOT NULL AS is_locked
    FROM input i WHERE i.delivery_id NOT IN (SELECT delivery_id FROM found)
  )`;

/** The texts of PostgresRecordStore. Those of `record` return deliveries that were not found, and which are locked. */
export function recordTexts(database: Pick<PostgresDatabase, 'table'>) {
  const queue = database.table('webhook_queue');
  const delivery = database.table('webhook_delivery');
  const attempt = database.table('webhook_attempt');
  const fence = attemptsAre('i');

  const inputOf = (isAny: boolean): string => `
    WITH input AS MATERIALIZED (
      SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::int[], $5::text[], $6::text[], $7::bigint[],
        $8::bigint[], $9::int[], $10::int[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[]
        ${isAny ? ', $16::int[]' : ''})
      AS i (transport_id, due_at, delivery_id, attempts, status, reason, next_due_at, started_at, duration_ms,
        response_status_code, response_headers, response_body, error_code, error_message, trigger
        ${isAny ? ', counts' : ''})
    )`;
  const atKey = `AS MATERIALIZED (
      SELECT i.*, q.place, q.ordering_key, q.event_id FROM input i CROSS JOIN LATERAL ${rowAt(queue, 'i', fence)} q
    )`;
  const attemptOf = `INSERT INTO ${attempt} (delivery_id, number, started_at, duration_ms, response_status_code,
        response_headers, response_body, error_code, error_message, trigger, orphaned)
      SELECT i.delivery_id, i.attempts + 1, i.started_at, i.duration_ms, i.response_status_code,
        i.response_headers, i.response_body, i.error_code, i.error_message, i.trigger`;

  // A queue row is found by its key and locked, then addressed by its place. The log is addressed by `= ANY`: with any
  // statistics that is a series of probes of its primary key, in key order.
  // Attempts of found rows are new: checking each for a conflict would cost two records in the write-ahead log. Only
  // orphans may exist already (a group whose COMMIT was not confirmed is written again).
  const recorded = (counts: string, isUncounted: string): string => `removed AS (
      DELETE FROM ${queue} WHERE ctid = ANY (ARRAY(SELECT place FROM found WHERE next_due_at IS NULL))
    ), logged AS (
      UPDATE ${delivery} d SET status = f.status, reason = f.reason, attempts = f.attempts + ${counts},
        due_at = f.next_due_at, last_status_code = f.response_status_code, last_error_code = f.error_code,
        finished_at = CASE WHEN f.next_due_at IS NULL THEN f.started_at + f.duration_ms END
      FROM found f WHERE d.id = f.delivery_id AND d.id = ANY (ARRAY(SELECT delivery_id FROM found))
    ), ${missing(queue, fence)}, attempted AS (
      ${attemptOf}, ${isUncounted} FROM found i
    ), orphaned AS (
      ${attemptOf}, true FROM missing i WHERE NOT i.is_locked
      ON CONFLICT (delivery_id, number, started_at) DO NOTHING
    )
    SELECT delivery_id, is_locked FROM missing`;

  const redateTo = (dueAt: string): string => `redated AS (
      UPDATE ${queue} q SET due_at = ${dueAt} FROM moving m
      WHERE q.ctid = m.place AND q.ctid = ANY (ARRAY(SELECT place FROM moving))
    ), logged AS (
      UPDATE ${delivery} d SET due_at = ${dueAt} FROM moving m
      WHERE d.id = m.delivery_id AND d.id = ANY (ARRAY(SELECT delivery_id FROM moving))
    )`;

  return {
    // Two texts for one thing: most groups hold ends of unordered deliveries only, and running what those do not need
    // would cost as much as what they do.
    ends: `${inputOf(false)}, found ${atKey}, ${recorded('1', 'false')}`,

    // When a delivery with an ordering key has ended, its successor becomes due: the earliest one behind it, if that is
    // parked. If another transaction has locked the successor, the end waits as well: recorded alone it would leave the
    // successor parked behind nothing.
    any: `${inputOf(true)}, at_key ${atKey}, successor AS MATERIALIZED (
        SELECT a.delivery_id AS head_id, a.transport_id, n.due_at, n.delivery_id FROM at_key a
        CROSS JOIN LATERAL (
          SELECT m.due_at, m.delivery_id FROM ${queue} m
          WHERE m.transport_id = a.transport_id AND m.ordering_key = a.ordering_key AND m.event_id > a.event_id
          ORDER BY m.transport_id, m.ordering_key, m.event_id LIMIT 1
        ) n
        WHERE a.next_due_at IS NULL AND a.ordering_key IS NOT NULL AND n.due_at = ${PARKED_DUE_AT}
      ), next AS MATERIALIZED (
        SELECT s.head_id, q.place, q.delivery_id FROM successor s CROSS JOIN LATERAL ${rowAt(queue, 's')} q
      ), found AS MATERIALIZED (
        SELECT * FROM at_key WHERE delivery_id NOT IN (
          SELECT head_id FROM successor WHERE head_id NOT IN (SELECT head_id FROM next))
      ), moved AS (
        UPDATE ${queue} q SET due_at = f.next_due_at, attempts = f.attempts + f.counts,
          lost_attempts = CASE WHEN f.counts = 1 THEN 0 ELSE q.lost_attempts + 1 END, noted_token = ${PAST_NOTE}
        FROM found f
        WHERE q.ctid = f.place AND q.ctid = ANY (ARRAY(SELECT place FROM found WHERE next_due_at IS NOT NULL))
      ), promoted AS (
        UPDATE ${queue} SET due_at = $17 WHERE ctid = ANY (ARRAY(SELECT place FROM next))
      ), promoted_log AS (
        UPDATE ${delivery} d SET due_at = $17 FROM next n
        WHERE d.id = n.delivery_id AND d.id = ANY (ARRAY(SELECT delivery_id FROM next))
      ), ${recorded('f.counts', 'i.counts = 0')}`,

    postpone: `
      WITH input AS MATERIALIZED (
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::int[], $5::bigint[])
          AS i (transport_id, due_at, delivery_id, attempts, next_due_at)
      ), found ${atKey}, moving AS MATERIALIZED (SELECT * FROM found),
      ${redateTo('m.next_due_at')}, ${missing(queue, fence)}
      SELECT delivery_id, is_locked FROM missing`,

    // Only behind an earlier row that is still there; the holder serializes this with recording (see Recorder).
    park: `
      WITH input AS MATERIALIZED (
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS i (transport_id, due_at, delivery_id)
      ), found AS MATERIALIZED (
        SELECT i.transport_id, q.* FROM input i CROSS JOIN LATERAL ${rowAt(queue, 'i')} q
      ), moving AS MATERIALIZED (
        SELECT * FROM found f WHERE ${waitsBehind(queue, 'f')}
      ), ${redateTo(String(PARKED_DUE_AT))}, ${missing(queue)}
      SELECT delivery_id, is_locked FROM missing WHERE is_locked`,

    unpark: `
      WITH moving AS MATERIALIZED (
        SELECT q.ctid AS place, q.delivery_id, q.transport_id FROM ${queue} q
        WHERE q.transport_id = ANY ($1::bigint[]) AND q.due_at = ${PARKED_DUE_AT} AND NOT ${waitsBehind(queue, 'q')}
        ORDER BY q.transport_id, q.delivery_id FOR UPDATE OF q SKIP LOCKED
      ), ${redateTo('$2::bigint')}, notified AS (
        UPDATE ${database.table('webhook_lane')} SET ${notifyLane('postgres', '$2::bigint')}
        WHERE transport_id = ANY (ARRAY(SELECT DISTINCT transport_id FROM moving))
      )
      SELECT DISTINCT transport_id FROM moving`,
  };
}
