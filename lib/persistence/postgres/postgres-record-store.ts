import { PARKED_DUE_AT, type RecordGroup, type RecordStore, type TransportRecord } from '../record-store.js';
import type { PostgresDatabase } from './postgres-database.js';
import { numbers } from './sql.js';

/**
 * The queue row of a key, locked. A subquery that the planner cannot pull up: it probes the primary key for each row
 * of `input`, whatever the statistics say. They are often taken when everything has been sent, and then let the planner
 * believe for ever that the queue is empty and may be read as a whole.
 */
const rowAt = (queue: string, input: string, condition = ''): string => `(
  SELECT q.ctid AS place, q.delivery_id, q.ordering_key, q.event_id FROM ${queue} q
  WHERE q.transport_id = ${input}.transport_id AND q.due_at = ${input}.due_at AND q.delivery_id = ${input}.delivery_id
    ${condition}
  LIMIT 1 FOR UPDATE
)`;

/** Recording on PostgreSQL: one statement for a group of attempts, a second one only when a transport's state changes. */
export class PostgresRecordStore implements RecordStore {
  readonly #recordEnds: string;
  readonly #recordAny: string;
  readonly #park: string;
  readonly #unpark: string;
  readonly #block: string;
  readonly #updateTransport: string;

  constructor(private readonly database: PostgresDatabase) {
    const queue = database.table('webhook_queue');
    const delivery = database.table('webhook_delivery');
    const attemptColumns = `delivery_id, number, started_at, duration_ms, response_status_code, response_headers,
      response_body, error_code, error_message, trigger, orphaned`;
    const input = `
      WITH input AS MATERIALIZED (
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::int[], $5::text[], $6::text[], $7::bigint[],
          $8::bigint[], $9::int[], $10::int[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[])
        AS i (transport_id, due_at, delivery_id, attempts, status, reason, next_due_at,
          started_at, duration_ms, response_status_code, response_headers, response_body, error_code, error_message, trigger)
      )`;
    const attemptOf = `INSERT INTO ${database.table('webhook_attempt')} (${attemptColumns})
        SELECT i.delivery_id, i.attempts + 1, i.started_at, i.duration_ms, i.response_status_code,
          i.response_headers, i.response_body, i.error_code, i.error_message, i.trigger`;

    // The fence: a queue row is touched only if it is where this attempt found it. It is found by its key and locked
    // (`rowAt`), then addressed by its place. The log is addressed by `= ANY` for the same reason as the queue: no
    // statistics make that anything but probes of its primary key, in key order.
    const found = `${input}, found AS MATERIALIZED (
        SELECT i.*, q.place, q.ordering_key, q.event_id FROM input i
        CROSS JOIN LATERAL ${rowAt(queue, 'i', 'AND q.attempts = i.attempts')} q
      ), removed AS (
        DELETE FROM ${queue} WHERE ctid = ANY (ARRAY(SELECT place FROM found WHERE next_due_at IS NULL))
      ), logged AS (
        UPDATE ${delivery} d SET status = f.status, reason = f.reason, attempts = f.attempts + 1, due_at = f.next_due_at,
          last_status_code = f.response_status_code, last_error_code = f.error_code,
          finished_at = CASE WHEN f.next_due_at IS NULL THEN f.started_at + f.duration_ms END
        FROM found f WHERE d.id = f.delivery_id AND d.id = ANY (ARRAY(SELECT delivery_id FROM found))
      )`;
    // What has been found is new, and checking each for a conflict would cost two records in the write-ahead log. Only
    // orphans may be there already (a group whose COMMIT was not heard of is written again).
    const attempted = `, attempted AS (
        ${attemptOf}, false FROM found i
      ), orphaned AS (
        ${attemptOf}, true FROM input i WHERE i.delivery_id NOT IN (SELECT delivery_id FROM found)
        ON CONFLICT (delivery_id, number, started_at) DO NOTHING
      )
      SELECT delivery_id FROM input WHERE delivery_id NOT IN (SELECT delivery_id FROM found)`;

    // Two texts for one thing: most groups hold ends of unordered deliveries only, and planning what they do not
    // need would cost as much as what they do.
    this.#recordEnds = `${found} ${attempted}`;

    // promoted: when a delivery with an ordering key has ended, the earliest one behind it becomes due.
    this.#recordAny = `${found},
      moved AS (
        UPDATE ${queue} q SET due_at = f.next_due_at, attempts = f.attempts + 1, lost_attempts = 0 FROM found f
        WHERE q.ctid = f.place AND q.ctid = ANY (ARRAY(SELECT place FROM found WHERE next_due_at IS NOT NULL))
      ),
      next AS MATERIALIZED (
        SELECT n.place, n.delivery_id FROM found f
        CROSS JOIN LATERAL (
          SELECT m.ctid AS place, m.due_at, m.delivery_id FROM ${queue} m
          WHERE m.transport_id = f.transport_id AND m.ordering_key = f.ordering_key AND m.event_id > f.event_id
          ORDER BY m.transport_id, m.ordering_key, m.event_id LIMIT 1
        ) n
        WHERE f.next_due_at IS NULL AND f.ordering_key IS NOT NULL AND n.due_at = ${PARKED_DUE_AT}
      ),
      promoted AS (UPDATE ${queue} SET due_at = $16 WHERE ctid = ANY (ARRAY(SELECT place FROM next))),
      promoted_log AS (UPDATE ${delivery} d SET due_at = $16 FROM next WHERE d.id = next.delivery_id)
      ${attempted}`;

    // Only behind an earlier row that is still there; the holder serializes this with recording (see Recorder).
    this.#park = `
      WITH parked AS MATERIALIZED (
        SELECT q.place, q.delivery_id
        FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS i (transport_id, due_at, delivery_id)
        CROSS JOIN LATERAL ${rowAt(queue, 'i')} q
        WHERE EXISTS (
          SELECT 1 FROM ${queue} p WHERE p.transport_id = i.transport_id AND p.ordering_key = q.ordering_key
            AND p.event_id < q.event_id)
      ), redated AS (
        UPDATE ${queue} SET due_at = ${PARKED_DUE_AT} WHERE ctid = ANY (ARRAY(SELECT place FROM parked))
      )
      UPDATE ${delivery} d SET due_at = ${PARKED_DUE_AT} FROM parked p WHERE d.id = p.delivery_id`;

    this.#unpark = `
      WITH freed AS MATERIALIZED (
        SELECT q.ctid AS place, q.delivery_id, q.transport_id FROM ${queue} q
        WHERE q.transport_id = ANY ($1::bigint[]) AND q.due_at = ${PARKED_DUE_AT} AND NOT EXISTS (
          SELECT 1 FROM ${queue} p WHERE p.transport_id = q.transport_id AND p.ordering_key = q.ordering_key
            AND p.event_id < q.event_id)
        ORDER BY q.transport_id, q.delivery_id FOR UPDATE OF q
      ), redated AS (
        UPDATE ${queue} SET due_at = $2 WHERE ctid = ANY (ARRAY(SELECT place FROM freed))
      ), logged AS (
        UPDATE ${delivery} d SET due_at = $2 FROM freed f WHERE d.id = f.delivery_id
      )
      SELECT DISTINCT transport_id FROM freed`;

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

  async record(group: RecordGroup): Promise<ReadonlySet<number>> {
    const { attempts, transports, parked, now } = group;
    const isPlain = attempts.every(
      ({ nextDueAt, orderingKey }) => nextDueAt === null && orderingKey === null,
    );
    const recording = isPlain
      ? prepared('tillhook_record_ends', this.#recordEnds, endParameters(attempts))
      : prepared('tillhook_record_any', this.#recordAny, [...endParameters(attempts), now]);
    const parking = prepared('tillhook_park', this.#park, parkParameters(parked));
    // Most groups are one statement, which needs no transaction around it.
    if (transports.length === 0 && parked.length === 0) return idsOf(await this.#runAlone(recording));
    if (transports.length === 0 && attempts.length === 0) return idsOf(await this.#runAlone(parking));

    return this.database.transaction(async (client) => {
      const orphaned = attempts.length === 0 ? [] : (await client.query<OrphanRow>(recording)).rows;
      if (parked.length > 0) await client.query(parking);
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
      return idsOf(orphaned);
    });
  }

  #runAlone({ name, text, values }: Prepared): Promise<OrphanRow[]> {
    return this.database.query<OrphanRow>(name, text, values);
  }

  async unpark(transportIds: readonly number[], now: number): Promise<ReadonlySet<number>> {
    const rows = await this.database.query<{ transport_id: number }>('tillhook_unpark', this.#unpark, [
      numbers(transportIds),
      now,
    ]);
    return new Set(rows.map((row) => row.transport_id));
  }
}

interface OrphanRow {
  delivery_id: number;
}

const idsOf = (rows: OrphanRow[]): ReadonlySet<number> => new Set(rows.map((row) => row.delivery_id));

interface Prepared {
  name: string;
  text: string;
  values: unknown[];
}

const prepared = (name: string, text: string, values: unknown[]): Prepared => ({ name, text, values });

const parkParameters = (parked: RecordGroup['parked']): unknown[] => [
  numbers(parked.map((row) => row.transportId)),
  numbers(parked.map((row) => row.dueAt)),
  numbers(parked.map((row) => row.deliveryId)),
];

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
