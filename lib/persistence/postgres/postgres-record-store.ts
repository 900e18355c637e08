import { PARKED_DUE_AT, type RecordGroup, type RecordStore, type TransportRecord } from '../record-store.js';
import type { PostgresDatabase } from './postgres-database.js';
import { numbers } from './sql.js';

/** Recording on PostgreSQL: one statement for a group of attempts, a second one only when a transport's state changes. */
export class PostgresRecordStore implements RecordStore {
  readonly #recordEnds: string;
  readonly #recordAny: string;
  readonly #park: string;
  readonly #block: string;
  readonly #updateTransport: string;

  constructor(private readonly database: PostgresDatabase) {
    const queue = database.table('webhook_queue');
    const delivery = database.table('webhook_delivery');
    const sameRow =
      'q.transport_id = i.transport_id AND q.due_at = i.due_at AND q.delivery_id = i.delivery_id';

    const attemptColumns = `delivery_id, number, started_at, duration_ms, response_status_code, response_headers,
      response_body, error_code, error_message, trigger, orphaned`;
    const input = `
      WITH input AS MATERIALIZED (
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::int[], $5::text[], $6::text[], $7::bigint[],
          $8::bigint[], $9::int[], $10::int[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[])
        AS i (transport_id, due_at, delivery_id, attempts, status, reason, next_due_at,
          started_at, duration_ms, response_status_code, response_headers, response_body, error_code, error_message, trigger)
      )`;
    // The fence: a row is touched only if it is where this attempt found it.
    const removed = `
        DELETE FROM ${queue} q USING input i
        WHERE ${sameRow} AND q.attempts = i.attempts AND i.next_due_at IS NULL
        RETURNING i.*, q.ordering_key, q.event_id`;
    const logged = (counted: string): string => `
        UPDATE ${delivery} d SET status = c.status, reason = c.reason, attempts = c.attempts + 1, due_at = c.next_due_at,
          last_status_code = c.response_status_code, last_error_code = c.error_code,
          finished_at = CASE WHEN c.next_due_at IS NULL THEN c.started_at + c.duration_ms END
        FROM ${counted} c WHERE d.id = c.delivery_id`;
    const attempted = (counted: string): string => `
      INSERT INTO ${database.table('webhook_attempt')} (${attemptColumns})
      SELECT i.delivery_id, i.attempts + 1, i.started_at, i.duration_ms, i.response_status_code,
        i.response_headers, i.response_body, i.error_code, i.error_message, i.trigger,
        i.delivery_id NOT IN (SELECT delivery_id FROM ${counted})
      FROM input i
      ON CONFLICT (delivery_id, number, started_at) DO NOTHING`;

    // Two texts for one thing: most groups hold ends of unordered deliveries only, and planning what they do not
    // need would cost as much as what they do.
    this.#recordEnds = `${input},
      removed AS (${removed}),
      logged AS (${logged('removed')})
      ${attempted('removed')}`;

    // promoted: when a delivery with an ordering key has ended, the earliest one behind it becomes due.
    this.#recordAny = `${input},
      removed AS (${removed}),
      moved AS (
        UPDATE ${queue} q SET due_at = i.next_due_at, attempts = i.attempts + 1 FROM input i
        WHERE ${sameRow} AND q.attempts = i.attempts AND i.next_due_at IS NOT NULL
        RETURNING i.*, q.ordering_key, q.event_id
      ),
      counted AS MATERIALIZED (SELECT * FROM removed UNION ALL SELECT * FROM moved),
      promoted AS (
        UPDATE ${queue} n SET due_at = $16
        FROM removed r
        CROSS JOIN LATERAL (
          SELECT m.due_at, m.delivery_id FROM ${queue} m
          WHERE m.transport_id = r.transport_id AND m.ordering_key = r.ordering_key AND m.event_id > r.event_id
          ORDER BY m.transport_id, m.ordering_key, m.event_id LIMIT 1
        ) next
        WHERE r.ordering_key IS NOT NULL AND next.due_at = ${PARKED_DUE_AT}
          AND n.transport_id = r.transport_id AND n.due_at = next.due_at AND n.delivery_id = next.delivery_id
        RETURNING n.delivery_id
      ),
      promoted_log AS (UPDATE ${delivery} d SET due_at = $16 FROM promoted p WHERE d.id = p.delivery_id),
      logged AS (${logged('counted')})
      ${attempted('counted')}`;

    // Only behind an earlier row that is still there; the holder serializes this with recording (see Recorder).
    this.#park = `
      WITH parked AS (
        UPDATE ${queue} q SET due_at = ${PARKED_DUE_AT}
        FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS i (transport_id, due_at, delivery_id)
        WHERE ${sameRow} AND EXISTS (
          SELECT 1 FROM ${queue} p WHERE p.transport_id = q.transport_id AND p.ordering_key = q.ordering_key
            AND p.event_id < q.event_id)
        RETURNING q.delivery_id
      )
      UPDATE ${delivery} d SET due_at = ${PARKED_DUE_AT} FROM parked p WHERE d.id = p.delivery_id`;

    this.#block = `
      UPDATE ${database.table('webhook_lane')} SET blocked_until = greatest(blocked_until, $2), consecutive_failures = $3
      WHERE transport_id = $1`;
    this.#updateTransport = `
      UPDATE ${database.table('webhook_http_transport')} SET
        failing_since = CASE WHEN $2 THEN $3::bigint ELSE failing_since END,
        state = CASE WHEN $4::text IS NULL THEN state ELSE 'DISABLED' END,
        disabled_reason = coalesce($4::text, disabled_reason),
        version = version + CASE WHEN $4::text IS NULL THEN 0 ELSE 1 END,
        last_modified_at = CASE WHEN $4::text IS NULL THEN last_modified_at ELSE $5 END
      WHERE id = $1 AND ($4::text IS NULL OR state <> 'DISABLED')`;
  }

  async record(group: RecordGroup): Promise<void> {
    const { attempts, transports, parked, now } = group;
    const isPlain = attempts.every(
      ({ nextDueAt, orderingKey }) => nextDueAt === null && orderingKey === null,
    );
    if (isPlain && transports.length === 0 && parked.length === 0) {
      await this.database.query('tillhook_record_ends', this.#recordEnds, endParameters(attempts));
      return;
    }
    await this.database.transaction(async (client) => {
      if (attempts.length > 0) await client.query(this.#recordAny, [...endParameters(attempts), now]);
      if (parked.length > 0) {
        await client.query(this.#park, [
          numbers(parked.map((row) => row.transportId)),
          numbers(parked.map((row) => row.dueAt)),
          numbers(parked.map((row) => row.deliveryId)),
        ]);
      }
      // In key order, lanes last: the order in which everybody locks them.
      const inOrder = [...transports].sort((a, b) => a.transportId - b.transportId);
      for (const change of inOrder) {
        if (change.failingSince === undefined && change.disabledReason === undefined) continue;
        await client.query(this.#updateTransport, transportParameters(change, now));
      }
      for (const change of inOrder) {
        if (change.blockedUntil === null) continue;
        await client.query(this.#block, [
          change.transportId,
          change.blockedUntil,
          change.consecutiveFailures,
        ]);
      }
    });
  }
}

const endParameters = (attempts: RecordGroup['attempts']): unknown[] => [
  numbers(attempts.map((a) => a.transportId)),
  numbers(attempts.map((a) => a.dueAt)),
  numbers(attempts.map((a) => a.deliveryId)),
  numbers(attempts.map((a) => a.attempts)),
  attempts.map((a) => a.status),
  attempts.map((a) => a.reason),
  numbers(attempts.map((a) => a.nextDueAt)),
  numbers(attempts.map((a) => a.startedAt)),
  numbers(attempts.map((a) => a.durationMs)),
  numbers(attempts.map((a) => a.responseStatusCode)),
  attempts.map((a) => a.responseHeaders),
  attempts.map((a) => a.responseBody),
  attempts.map((a) => a.errorCode),
  attempts.map((a) => a.errorMessage),
  attempts.map((a) => a.trigger),
];

const transportParameters = (change: TransportRecord, now: number): unknown[] => [
  change.transportId,
  change.failingSince !== undefined,
  change.failingSince ?? null,
  change.disabledReason ?? null,
  now,
];
