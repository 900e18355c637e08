import type {
  EventContent,
  HeldLane,
  LaneCheck,
  LaneReading,
  LaneReadRequest,
  LaneRelease,
  LaneStore,
  QueuedDelivery,
  StoredTransport,
  TakenLane,
} from '../lane-store.js';
import { STORED_TRANSPORT_COLUMNS, storedTransportOf, type StoredTransportRow } from '../stored-transport-row.js';
import type { PostgresDatabase } from './postgres-database.js';
import { numbers, STATEMENT_MS } from './sql.js';

interface TakenRow extends StoredTransportRow {
  transport_id: number;
  lease_token: number;
  lease_ms: number;
  version: number;
  blocked_until: number;
  crashes: number;
}

interface ReadRow {
  transport_id: number;
  version: number;
  next_due_at: number | null;
  due_at: number | null;
  delivery_id: number;
  event_id: number;
  attempts: number;
  ordering_key: string | null;
  behind: boolean;
}

/** Lanes on PostgreSQL: each call is one statement over all the lanes it concerns. */
export class PostgresLaneStore implements LaneStore {
  readonly #sql;

  constructor(private readonly database: PostgresDatabase) {
    const lane = database.table('webhook_lane');
    const queue = database.table('webhook_queue');
    const transport = database.table('webhook_http_transport');
    this.#sql = {
      // Read and take are two statements on purpose: rows that a teller commits between this statement's snapshot
      // and its lock on the lane would be missed, although the version it returns already counts them.
      take: `
        WITH due AS MATERIALIZED (
          SELECT transport_id FROM ${lane} WHERE due_at <= ${STATEMENT_MS}
          ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED
        ), lease AS MATERIALIZED (
          SELECT due.transport_id, greatest($3::bigint, 2 * coalesce(t.timeout_ms, 0) + 2000) AS lease_ms
          FROM due JOIN ${transport} t ON t.id = due.transport_id
        ), taken AS (
          UPDATE ${lane} l SET holder = $1, lease_token = l.lease_token + 1,
            lease_until = ${STATEMENT_MS} + lease.lease_ms, due_at = ${STATEMENT_MS} + lease.lease_ms,
            crashes = CASE WHEN l.holder IS NULL THEN l.crashes ELSE l.crashes + 1 END
          FROM lease WHERE l.transport_id = lease.transport_id
          RETURNING l.transport_id, l.lease_token, lease.lease_ms, l.version, l.blocked_until, l.crashes
        )
        SELECT taken.transport_id, taken.lease_token, taken.lease_ms, taken.version, taken.blocked_until, taken.crashes,
               ${STORED_TRANSPORT_COLUMNS}
        FROM taken JOIN ${transport} t ON t.id = taken.transport_id`,
      read: `
        SELECT r.transport_id, l.version, n.due_at AS next_due_at,
               q.due_at, q.delivery_id, q.event_id, q.attempts, q.ordering_key, q.behind
        FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::int[]) AS r (transport_id, after_due, after_id, most)
        JOIN ${lane} l ON l.transport_id = r.transport_id
        LEFT JOIN LATERAL (
          SELECT due_at FROM ${queue} WHERE transport_id = r.transport_id AND due_at > $5
          ORDER BY transport_id, due_at, delivery_id LIMIT 1
        ) n ON true
        LEFT JOIN LATERAL (
          SELECT q.due_at, q.delivery_id, q.event_id, q.attempts, q.ordering_key,
                 q.ordering_key IS NOT NULL AND EXISTS (
                   SELECT 1 FROM ${queue} p WHERE p.transport_id = q.transport_id
                     AND p.ordering_key = q.ordering_key AND p.event_id < q.event_id) AS behind
          FROM ${queue} q
          WHERE q.transport_id = r.transport_id AND q.due_at <= $5
            AND (q.transport_id, q.due_at, q.delivery_id) > (r.transport_id, r.after_due, r.after_id)
          ORDER BY q.transport_id, q.due_at, q.delivery_id LIMIT r.most
        ) q ON true`,
      check: `
        SELECT l.transport_id, l.lease_token, l.version, t.version AS transport_version
        FROM ${lane} l JOIN ${transport} t ON t.id = l.transport_id
        WHERE l.transport_id = ANY ($1::bigint[])`,
      renew: `
        UPDATE ${lane} l SET lease_until = ${STATEMENT_MS} + r.lease_ms, due_at = ${STATEMENT_MS} + r.lease_ms
        FROM (SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS u (transport_id, lease_token, lease_ms)
              ORDER BY transport_id) r
        WHERE l.transport_id = r.transport_id AND l.lease_token = r.lease_token AND l.holder IS NOT NULL
        RETURNING l.transport_id`,
      release: `
        WITH mine AS MATERIALIZED (
          SELECT l.transport_id, r.due_at
          FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) AS r (transport_id, lease_token, version, due_at)
          JOIN ${lane} l ON l.transport_id = r.transport_id
          WHERE l.lease_token = r.lease_token AND l.holder IS NOT NULL AND l.version = coalesce(r.version, l.version)
          ORDER BY l.transport_id FOR NO KEY UPDATE OF l
        )
        UPDATE ${lane} l SET holder = NULL, lease_until = 0, crashes = 0, noted_delivery_id = NULL,
          due_at = CASE WHEN mine.due_at IS NOT NULL THEN greatest(mine.due_at, l.blocked_until) END
        FROM mine WHERE l.transport_id = mine.transport_id
        RETURNING l.transport_id`,
      transports: `
        SELECT t.id AS transport_id, ${STORED_TRANSPORT_COLUMNS} FROM ${transport} t WHERE t.id = ANY ($1::bigint[])`,
      contents: `
        SELECT id, event_uid, action, body FROM ${database.table('webhook_event')} WHERE id = ANY ($1::bigint[])`,
    };
  }

  async take(holder: string, limit: number, leaseMs: number): Promise<TakenLane[]> {
    const rows = await this.database.query<TakenRow>('tillhook_lane_take', this.#sql.take, [holder, limit, leaseMs]);
    return rows.map((row) => ({
      transportId: row.transport_id,
      leaseToken: row.lease_token,
      leaseMs: row.lease_ms,
      version: row.version,
      blockedUntil: row.blocked_until,
      crashes: row.crashes,
      transport: storedTransportOf(row),
    }));
  }

  async read(requests: readonly LaneReadRequest[], now: number): Promise<LaneReading[]> {
    const rows = await this.database.query<ReadRow>('tillhook_lane_read', this.#sql.read, [
      numbers(requests.map((request) => request.transportId)),
      numbers(requests.map((request) => request.after.dueAt)),
      numbers(requests.map((request) => request.after.deliveryId)),
      numbers(requests.map((request) => request.limit)),
      now,
    ]);
    const readings = new Map<number, LaneReading & { rows: QueuedDelivery[] }>();
    for (const row of rows) {
      let reading = readings.get(row.transport_id);
      if (!reading) {
        reading = { transportId: row.transport_id, version: row.version, nextDueAt: row.next_due_at, rows: [] };
        readings.set(row.transport_id, reading);
      }
      if (row.due_at !== null) reading.rows.push(queuedOf(row, row.due_at));
    }
    return [...readings.values()];
  }

  async check(transportIds: readonly number[]): Promise<LaneCheck[]> {
    const rows = await this.database.query<{
      transport_id: number;
      lease_token: number;
      version: number;
      transport_version: number;
    }>('tillhook_lane_check', this.#sql.check, [numbers(transportIds)]);
    return rows.map((row) => ({
      transportId: row.transport_id,
      leaseToken: row.lease_token,
      version: row.version,
      transportVersion: row.transport_version,
    }));
  }

  renew(lanes: readonly (HeldLane & { leaseMs: number })[]): Promise<ReadonlySet<number>> {
    return this.#transportIds('tillhook_lane_renew', this.#sql.renew, [
      numbers(lanes.map((lane) => lane.transportId)),
      numbers(lanes.map((lane) => lane.leaseToken)),
      numbers(lanes.map((lane) => lane.leaseMs)),
    ]);
  }

  release(lanes: readonly LaneRelease[]): Promise<ReadonlySet<number>> {
    return this.#transportIds('tillhook_lane_release', this.#sql.release, [
      numbers(lanes.map((lane) => lane.transportId)),
      numbers(lanes.map((lane) => lane.leaseToken)),
      numbers(lanes.map((lane) => lane.version)),
      numbers(lanes.map((lane) => lane.dueAt)),
    ]);
  }

  async transports(transportIds: readonly number[]): Promise<Map<number, StoredTransport>> {
    const rows = await this.database.query<StoredTransportRow & { transport_id: number }>(
      'tillhook_lane_transports',
      this.#sql.transports,
      [numbers(transportIds)],
    );
    return new Map(rows.map((row) => [row.transport_id, storedTransportOf(row)]));
  }

  async contents(eventIds: readonly number[]): Promise<EventContent[]> {
    const rows = await this.database.query<{ id: number; event_uid: string; action: string; body: string }>(
      'tillhook_lane_contents',
      this.#sql.contents,
      [numbers(eventIds)],
    );
    return rows.map((row) => ({ eventId: row.id, eventUid: row.event_uid, action: row.action, body: row.body }));
  }

  async #transportIds(name: string, sql: string, values: unknown[]): Promise<ReadonlySet<number>> {
    const rows = await this.database.query<{ transport_id: number }>(name, sql, values);
    return new Set(rows.map((row) => row.transport_id));
  }
}

const queuedOf = (row: ReadRow, dueAt: number): QueuedDelivery => ({
  transportId: row.transport_id,
  dueAt,
  deliveryId: row.delivery_id,
  eventId: row.event_id,
  attempts: row.attempts,
  orderingKey: row.ordering_key,
  behind: row.behind,
});
