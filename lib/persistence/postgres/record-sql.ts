import { PARKED_DUE_AT } from '../ports/record-store.js';
import {
  endReason,
  endStatus,
  isRequestUnserved,
  notifyLane,
  PAST_NOTE,
  requestedAfter,
  waitsBehind,
} from '../sql/queue-sql.js';
import { isReservedSql } from '../sql/notification-event-sql.js';
import { noteFacts } from './facts-sql.js';
import { insertEventsFrom } from './notification-event-parameters.js';
import type { PostgresDatabase } from './postgres-database.js';

const keyIs = (input: string): string =>
  `q.transport_id = ${input}.transport_id AND q.due_at = ${input}.due_at AND q.delivery_id = ${input}.delivery_id`;
/** The fence: the queue row is as this attempt found it, and nobody has recorded another attempt since. */
const attemptsAre = (input: string): string => `AND q.attempts = ${input}.attempts`;

/**
 * The queue row of a key, locked; no row if another transaction has locked it. The planner cannot pull this subquery up: it
 * probes the primary key for each row of `input`, whatever the statistics say. Statistics are often taken after everything
 * has been sent; from then on the planner believes that the queue is empty and would scan it.
 */
const rowAt = (queue: string, input: string, fence = ''): string => `(
  SELECT q.ctid AS place, q.delivery_id, q.ordering_key, q.event_id, q.webhook_id, q.created_at, q.tenant_id,
    q.has_succeeded, q.requested
  FROM ${queue} q WHERE ${keyIs(input)} ${fence} LIMIT 1 FOR UPDATE SKIP LOCKED
)`;

/** The kind of fact with which a delivery ends, see `endKind`. */
const END_KIND = `CASE WHEN status = 'DELIVERED' AND (has_succeeded OR trigger <> 'SCHEDULE') THEN 'AGAIN' ELSE status END`;

/**
 * When a retry is due: for a requested delivery, not before now. Such a delivery may be sent before its due date, so a new
 * holder may not find its row among the due ones. If the outcome is recorded late, the scan of that holder may already have
 * passed the computed due date of the retry, and would miss it.
 */
const RETRY_AT = `CASE WHEN f.trigger = 'SCHEDULE' THEN f.next_due_at ELSE greatest(f.next_due_at, $17::bigint) END`;

/** How long the ends of deliveries wait for a locked row. The module itself locks rows only for milliseconds. */
const ROW_PATIENCE_MS = 100;
/** Sets the lock time-out for the statement, which reads its input before it waits for rows. The setting ends with the transaction. */
const PATIENCE = `(SELECT set_config('lock_timeout', '${ROW_PATIENCE_MS}', true) OFFSET 0) patience CROSS JOIN`;

/**
 * Whether the queue row for a row of `i` is still there, unchanged. If it is, but was not found before, another transaction
 * has locked it.
 */
const isThere = (queue: string, fence = ''): string =>
  `(SELECT 1 FROM ${queue} q WHERE ${keyIs('i')} ${fence} LIMIT 1) IS NOT NULL`;

/** Rows of `input` without a row in `found`. */
const missing = (queue: string, fence = ''): string => `missing AS MATERIALIZED (
    SELECT i.delivery_id, ${isThere(queue, fence)} AS is_locked
    FROM input i WHERE i.delivery_id NOT IN (SELECT delivery_id FROM found)
  )`;

/**
 * The SQL texts of PostgresRecordStore. The statements for attempts return the deliveries whose attempt they did not write;
 * `missing` finds out why.
 *
 * Parameters of the attempts, an array of each: $1 to $4 the queue row's key and the attempts before; $5, $6 status and
 * reason; $7 to $14 the attempt. In `any`, `reported` and `missing` also: $15 next due date, $16 whether the attempt counts.
 * An array that holds nulls only may be empty: unnest fills the shorter ones with nulls. In `any` and `reported`, $17 is now.
 * In `reported`, $18 to $24 are the notification events.
 */
export function recordTexts(database: Pick<PostgresDatabase, 'table'>) {
  const queue = database.table('webhook_queue');
  const delivery = database.table('webhook_delivery');
  const attempt = database.table('webhook_attempt');
  const fence = attemptsAre('i');

  const inputOf = (isAny: boolean, patience = ''): string => `
    WITH input AS MATERIALIZED (
      SELECT i.* FROM ${patience} unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::int[], $5::text[], $6::text[], $7::bigint[],
        $8::int[], $9::int[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[]
        ${isAny ? ', $15::bigint[], $16::int[]' : ''})
      AS i (transport_id, due_at, delivery_id, attempts, status, reason, started_at, duration_ms,
        response_status_code, response_headers, response_body, error_code, error_message, trigger
        ${isAny ? ', next_due_at, counts' : ''})
    )`;
  const found = `
      SELECT i.*, q.place, q.ordering_key, q.event_id, q.webhook_id, q.created_at, q.tenant_id, q.has_succeeded,
        q.requested
      FROM input i CROSS JOIN LATERAL ${rowAt(queue, 'i', fence)} q`;
  const attemptOf = `INSERT INTO ${attempt} (delivery_id, number, started_at, duration_ms, response_status_code,
        response_headers, response_body, error_code, error_message, trigger, orphaned)
      SELECT i.delivery_id, i.attempts + 1, i.started_at, i.duration_ms, i.response_status_code,
        i.response_headers, i.response_body, i.error_code, i.error_message, i.trigger`;

  // A queue row is found by its key, then addressed by its place. If it is not locked yet, it may change in between, so it
  // is compared with the input again. The comparison uses IS DISTINCT FROM, so that the planner does not use it to find the
  // row.
  const removed = (source: string): string => `removed AS (
      DELETE FROM ${queue} q USING ${source}
      WHERE q.ctid = f.place
        AND NOT ((q.transport_id, q.due_at, q.delivery_id, q.attempts)
          IS DISTINCT FROM (f.transport_id, f.due_at, f.delivery_id, f.attempts))
        AND NOT (${isRequestUnserved('q.requested', 'f.trigger', 'f.status')})
      RETURNING f.*, q.event_id, q.webhook_id, q.created_at, q.tenant_id, q.has_succeeded
    )`;
  const logged = (ended: string, counts: string): string => `logged AS (
      INSERT INTO ${delivery} (id, event_id, transport_id, webhook_id, created_at, finished_at, tenant_id, attempts,
        duration_ms, response_status_code, status, reason, trigger, error_code, error_message, response_headers,
        response_body)
      SELECT delivery_id, event_id, transport_id, webhook_id, created_at, started_at + duration_ms, tenant_id,
        attempts + ${counts}, duration_ms, response_status_code, ${endStatus('status')}, ${endReason('reason')},
        nullif(trigger, 'SCHEDULE'), error_code, error_message, response_headers, response_body
      FROM ${ended}
    )`;
  const counted = (kind: string, source: string): string => {
    const columns = { tenantId: 'tenant_id', transportId: 'transport_id', eventId: 'event_id', kind };
    const facts = { ...columns, durationMs: 'duration_ms', at: 'started_at + duration_ms' };
    return `counted AS (${noteFacts(database.table('webhook_statistic_fact'), facts, source)})`;
  };
  const notIn = (done: string): string =>
    `SELECT delivery_id FROM input WHERE delivery_id NOT IN (SELECT delivery_id FROM ${done})`;

  const redateTo = (dueAt: string): string => `redated AS (
      UPDATE ${queue} q SET due_at = ${dueAt} FROM moving m
      WHERE q.ctid = m.place AND q.ctid = ANY (ARRAY(SELECT place FROM moving))
    )`;

  // When a delivery with an ordering key has ended, its successor becomes due: the next delivery of the key, if that is
  // parked. If another transaction has locked the successor, the end is not recorded either: otherwise the successor would
  // stay parked without a predecessor.
  // If a row changes between the statement's snapshot and its lock, it is neither moved nor removed, and not part of
  // `done`. The same applies to a delivery that must not end because a redelivery was requested meanwhile.
  // `reported`: another part of the statement, followed by a comma, or nothing.
  const any = (reported: string): string => `${inputOf(true)}, at_key AS MATERIALIZED (${found}
        WHERE i.next_due_at IS NOT NULL OR NOT (${isRequestUnserved('q.requested', 'i.trigger', 'i.status')})
      ), successor AS MATERIALIZED (
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
        UPDATE ${queue} q SET due_at = ${RETRY_AT}, attempts = f.attempts + f.counts,
          lost_attempts = CASE WHEN f.counts = 1 THEN 0 ELSE q.lost_attempts + 1 END, noted_token = ${PAST_NOTE},
          requested = ${requestedAfter('f.trigger', 'q.requested')}
        FROM found f
        WHERE q.ctid = f.place AND q.ctid = ANY (ARRAY(SELECT place FROM found WHERE next_due_at IS NOT NULL))
        RETURNING f.delivery_id
      ), promoted AS (
        UPDATE ${queue} SET due_at = $17 WHERE ctid = ANY (ARRAY(SELECT place FROM next))
      ), attempted AS (
        ${attemptOf}, i.counts = 0 FROM found i WHERE i.delivery_id IN (SELECT delivery_id FROM moved)
      ), removed AS (
        DELETE FROM ${queue} WHERE ctid = ANY (ARRAY(SELECT place FROM found WHERE next_due_at IS NULL))
        RETURNING delivery_id
      ), ${logged('found WHERE delivery_id IN (SELECT delivery_id FROM removed)', 'counts')}, ${reported}done AS (
        SELECT delivery_id FROM moved UNION ALL SELECT delivery_id FROM removed
      ), ${counted(
        `CASE WHEN next_due_at IS NOT NULL THEN 'RETRIED' ELSE ${END_KIND} END`,
        'found WHERE delivery_id IN (SELECT delivery_id FROM done) AND (next_due_at IS NULL OR counts = 1)',
      )} ${notIn('done')}`;

  return {
    // Four texts for the same purpose. Most groups contain only ends of unordered deliveries, and the parts that such groups
    // do not need would double the cost.
    // The first text does not lock rows before it deletes them: each lock would be a record in the write-ahead log. If
    // another transaction has locked a row, the statement fails after `ROW_PATIENCE_MS`.
    ends: `${inputOf(false, PATIENCE)}, ${removed(`(
        SELECT i.*, q.place FROM input i
        CROSS JOIN LATERAL (SELECT q.ctid AS place FROM ${queue} q WHERE ${keyIs('i')} ${fence} LIMIT 1) q
      ) f`)}, ${logged('removed', '1')}, ${counted(END_KIND, 'removed')} ${notIn('removed')}`,

    endsSkippingLocked: `${inputOf(false)}, ${removed(`(
        SELECT i.*, q.place FROM input i CROSS JOIN LATERAL ${rowAt(queue, 'i', fence)} q
      ) f`)}, ${logged('removed', '1')}, ${counted(END_KIND, 'removed')} ${notIn('removed')}`,

    any: any(''),

    // Like `any`, with notification events of deliveries that have failed permanently. The failed delivery of a
    // notification event causes no further event: such events would cause each other without end.
    reported: any(`reported AS (
        ${insertEventsFrom(
          database,
          18,
          `JOIN found f ON f.delivery_id = e.about`,
          `f.status = 'FAILED' AND NOT f.has_succeeded AND f.delivery_id IN (SELECT delivery_id FROM removed)
        AND NOT ${isReservedSql(`(SELECT v.action FROM ${database.table('webhook_event')} v WHERE v.id = f.event_id LIMIT 1)`)}`,
        )}
      ), `),

    // Finds out why attempts were not written. If a group's COMMIT was not confirmed, the group is written again. An
    // attempt that is already in the database, as the last one of its delivery in the log or as a row of its own, counts as
    // recorded, not as orphaned. An orphaned attempt may exist already, too. If neither the transport nor the delivery
    // exists any more, the tenant was erased, and the attempt leaves no row.
    missing: `${inputOf(true)}, judged AS MATERIALIZED (
        SELECT i.*, ${isThere(queue, fence)} AS is_locked, ${isThere(
          queue,
          `${fence} AND i.next_due_at IS NULL
          AND ${isRequestUnserved('q.requested', 'i.trigger', 'i.status')}`,
        )} AS is_requested
        FROM input i
      ), lost AS MATERIALIZED (
        SELECT * FROM judged j WHERE NOT is_locked
          AND (SELECT d.attempts = j.attempts + 1 AND d.finished_at - d.duration_ms = j.started_at
               FROM ${delivery} d WHERE d.transport_id = j.transport_id AND d.id = j.delivery_id LIMIT 1) IS NOT TRUE
          AND (SELECT a.orphaned = (j.counts = 0) FROM ${attempt} a
               WHERE a.delivery_id = j.delivery_id AND a.number = j.attempts + 1 AND a.started_at = j.started_at
               LIMIT 1) IS NOT TRUE
      ), orphaned AS (
        ${attemptOf}, true FROM lost i
        WHERE (SELECT 1 FROM ${database.table('webhook_lane')} l WHERE l.transport_id = i.transport_id LIMIT 1) IS NOT NULL
          OR (SELECT 1 FROM ${delivery} d
              WHERE d.transport_id = i.transport_id AND d.id = i.delivery_id LIMIT 1) IS NOT NULL
        ON CONFLICT (delivery_id, number, started_at) DO NOTHING
      )
      SELECT delivery_id, true AS is_locked, is_requested FROM judged WHERE is_locked
      UNION ALL SELECT delivery_id, false, false FROM lost`,

    postpone: `
      WITH input AS MATERIALIZED (
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::int[], $5::bigint[])
          AS i (transport_id, due_at, delivery_id, attempts, next_due_at)
      ), found AS MATERIALIZED (${found}), moving AS MATERIALIZED (SELECT * FROM found),
      ${redateTo('m.next_due_at')}, ${missing(queue, fence)}
      SELECT delivery_id, is_locked FROM missing`,

    // Parks a row only if an earlier one is still in the queue. The holder serializes this with recording (see Recorder).
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
