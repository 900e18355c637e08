import { CLOCK_SLACK_MS } from '../lane-store.js';
import type {
  EventContent,
  HeldLane,
  LaneCheck,
  LaneReading,
  LaneReadRequest,
  LaneRelease,
  LaneRenewal,
  LaneState,
  LaneStore,
  QueuedDelivery,
  StoredTransport,
  TakenLane,
  TakeRequest,
} from '../lane-store.js';
import {
  STORED_TRANSPORT_COLUMNS,
  storedTransportOf,
  type StoredTransportRow,
} from '../stored-transport-row.js';
import type { PostgresDatabase } from './postgres-database.js';
import { numbers, STATEMENT_MS } from './sql.js';

interface TakenRow extends StoredTransportRow {
  transport_id: number;
  lease_token: number;
  lease_ms: number;
  version: number;
  blocked_until: number;
  crashes: number;
  noted_delivery_id: number | null;
  consecutive_failures: number;
  rate_used: number;
  rate_used_until: number;
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

/** Announcements of processes that are gone are removed after this long. */
const FORGET_IDLE_MS = 3_600_000;

/** Lanes on PostgreSQL: each call is one statement over all the lanes it concerns. */
export class PostgresLaneStore implements LaneStore {
  readonly #sql;

  constructor(private readonly database: PostgresDatabase) {
    const lane = database.table('webhook_lane');
    const queue = database.table('webhook_queue');
    const transport = database.table('webhook_http_transport');
    const process = database.table('webhook_process');
    const taking = (which: string): string => `
        WITH due AS MATERIALIZED (
          SELECT transport_id FROM ${lane} ${which} LIMIT $2 FOR UPDATE SKIP LOCKED
        ), lease AS MATERIALIZED (
          SELECT due.transport_id, greatest($3::bigint, 2 * coalesce(t.timeout_ms, 0) + 2000) AS lease_ms
          FROM due JOIN ${transport} t ON t.id = due.transport_id
        ), taken AS (
          UPDATE ${lane} l SET holder = $1, lease_token = l.lease_token + 1,
            lease_until = ${STATEMENT_MS} + lease.lease_ms, due_at = ${STATEMENT_MS} + lease.lease_ms,
            crashes = CASE WHEN l.holder IS NULL THEN l.crashes ELSE l.crashes + 1 END
          FROM lease WHERE l.transport_id = lease.transport_id
          RETURNING l.*, lease.lease_ms
        )
        SELECT taken.transport_id, taken.lease_token, taken.lease_ms, taken.version, taken.blocked_until, taken.crashes,
               taken.noted_delivery_id, taken.consecutive_failures, taken.rate_used, taken.rate_used_until,
               ${STORED_TRANSPORT_COLUMNS}
        FROM taken JOIN ${transport} t ON t.id = taken.transport_id`;
    this.#sql = {
      // Read and take are two statements on purpose: rows that a teller commits between this statement's snapshot
      // and its lock on the lane would be missed, although the version it returns already counts them.
      take: taking(`
          WHERE due_at <= ${STATEMENT_MS} - $4::bigint AND tenant_uid <> ALL ($5::text[])
          ORDER BY due_at`),
      takeThese: taking(`
          WHERE transport_id = ANY ($4::bigint[])
            AND due_at <= ${STATEMENT_MS} + CASE WHEN holder IS NULL THEN ${CLOCK_SLACK_MS} ELSE 0 END
          ORDER BY transport_id`),
      isWaiting: `SELECT 1 FROM ${lane} WHERE due_at <= ${STATEMENT_MS} - $1::bigint LIMIT 1`,
      announceIdle: `
        INSERT INTO ${process} (holder, idle_at) VALUES ($1, ${STATEMENT_MS})
        ON CONFLICT (holder) DO UPDATE SET idle_at = excluded.idle_at`,
      isOtherIdle: `SELECT 1 FROM ${process} WHERE holder <> $1 AND idle_at > ${STATEMENT_MS} - $2::bigint LIMIT 1`,
      forgetIdle: `DELETE FROM ${process} WHERE idle_at < ${STATEMENT_MS} - ${FORGET_IDLE_MS}`,
      note: `UPDATE ${lane} SET noted_delivery_id = $3 WHERE transport_id = $1 AND lease_token = $2`,
      noted: `
        SELECT q.transport_id, q.due_at, q.delivery_id, q.event_id, q.attempts, q.ordering_key, false AS behind
        FROM ${database.table('webhook_delivery')} d
        JOIN ${queue} q ON q.transport_id = d.transport_id AND q.due_at = d.due_at AND q.delivery_id = d.id
        WHERE d.id = $1`,
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
        WITH mine AS MATERIALIZED (
          SELECT l.transport_id, r.lease_ms, r.failures, r.used, r.used_until
          FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::int[], $5::bigint[], $6::bigint[])
            AS r (transport_id, lease_token, failures, used, used_until, lease_ms)
          JOIN ${lane} l ON l.transport_id = r.transport_id
          WHERE l.lease_token = r.lease_token AND l.holder IS NOT NULL
          ORDER BY l.transport_id FOR NO KEY UPDATE OF l
        )
        UPDATE ${lane} l SET lease_until = ${STATEMENT_MS} + mine.lease_ms, due_at = ${STATEMENT_MS} + mine.lease_ms,
          consecutive_failures = mine.failures, rate_used = mine.used, rate_used_until = mine.used_until
        FROM mine WHERE l.transport_id = mine.transport_id
        RETURNING l.transport_id`,
      release: `
        WITH mine AS MATERIALIZED (
          SELECT l.transport_id, r.due_at, r.failures, r.used, r.used_until
          FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::int[], $5::bigint[], $6::bigint[], $7::bigint[])
            AS r (transport_id, lease_token, failures, used, used_until, version, due_at)
          JOIN ${lane} l ON l.transport_id = r.transport_id
          WHERE l.lease_token = r.lease_token AND l.holder IS NOT NULL AND l.version = coalesce(r.version, l.version)
          ORDER BY l.transport_id FOR NO KEY UPDATE OF l
        )
        UPDATE ${lane} l SET holder = NULL, lease_until = 0, crashes = 0, noted_delivery_id = NULL,
          consecutive_failures = mine.failures, rate_used = mine.used, rate_used_until = mine.used_until,
          due_at = CASE WHEN mine.due_at IS NOT NULL THEN greatest(mine.due_at, l.blocked_until) END
        FROM mine WHERE l.transport_id = mine.transport_id
        RETURNING l.transport_id`,
      transports: `
        SELECT t.id AS transport_id, ${STORED_TRANSPORT_COLUMNS} FROM ${transport} t WHERE t.id = ANY ($1::bigint[])`,
      contents: `
        SELECT id, event_uid, action, body FROM ${database.table('webhook_event')} WHERE id = ANY ($1::bigint[])`,
    };
  }

  async take({
    holder,
    limit,
    leaseMs,
    overdueMs,
    exceptTenants,
    transportIds,
  }: TakeRequest): Promise<TakenLane[]> {
    const rows = await (transportIds
      ? this.database.query<TakenRow>('tillhook_lane_take_these', this.#sql.takeThese, [
          holder,
          limit,
          leaseMs,
          numbers(transportIds),
        ])
      : this.database.query<TakenRow>('tillhook_lane_take', this.#sql.take, [
          holder,
          limit,
          leaseMs,
          overdueMs,
          exceptTenants,
        ]));
    return rows.map((row) => ({
      transportId: row.transport_id,
      leaseToken: row.lease_token,
      leaseMs: row.lease_ms,
      version: row.version,
      blockedUntil: row.blocked_until,
      crashes: row.crashes,
      notedDeliveryId: row.noted_delivery_id,
      consecutiveFailures: row.consecutive_failures,
      rate: { used: row.rate_used, usedUntil: row.rate_used_until },
      transport: storedTransportOf(row),
    }));
  }

  async isWaiting(overdueMs: number): Promise<boolean> {
    return (await this.database.query('tillhook_lane_waiting', this.#sql.isWaiting, [overdueMs])).length > 0;
  }

  async announceIdle(holder: string): Promise<void> {
    await this.database.query('tillhook_process_idle', this.#sql.announceIdle, [holder]);
    await this.database.query('tillhook_process_forget', this.#sql.forgetIdle, []);
  }

  async isOtherIdle(holder: string, withinMs: number): Promise<boolean> {
    const rows = await this.database.query('tillhook_process_others', this.#sql.isOtherIdle, [
      holder,
      withinMs,
    ]);
    return rows.length > 0;
  }

  async note({ transportId, leaseToken }: HeldLane, deliveryId: number): Promise<void> {
    await this.database.query('tillhook_lane_note', this.#sql.note, [transportId, leaseToken, deliveryId]);
  }

  async noted(deliveryId: number): Promise<QueuedDelivery | undefined> {
    const [row] = await this.database.query<ReadRow>('tillhook_lane_noted', this.#sql.noted, [deliveryId]);
    return row && queuedOf(row, row.due_at!);
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
        reading = {
          transportId: row.transport_id,
          version: row.version,
          nextDueAt: row.next_due_at,
          rows: [],
        };
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

  renew(lanes: readonly LaneRenewal[]): Promise<ReadonlySet<number>> {
    return this.#transportIds('tillhook_lane_renew', this.#sql.renew, [
      ...stateParameters(lanes),
      numbers(lanes.map((lane) => lane.leaseMs)),
    ]);
  }

  release(lanes: readonly LaneRelease[]): Promise<ReadonlySet<number>> {
    return this.#transportIds('tillhook_lane_release', this.#sql.release, [
      ...stateParameters(lanes),
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
    return rows.map((row) => ({
      eventId: row.id,
      eventUid: row.event_uid,
      action: row.action,
      body: row.body,
    }));
  }

  async #transportIds(name: string, sql: string, values: unknown[]): Promise<ReadonlySet<number>> {
    const rows = await this.database.query<{ transport_id: number }>(name, sql, values);
    return new Set(rows.map((row) => row.transport_id));
  }
}

const stateParameters = (lanes: readonly (HeldLane & LaneState)[]): string[] => [
  numbers(lanes.map((lane) => lane.transportId)),
  numbers(lanes.map((lane) => lane.leaseToken)),
  numbers(lanes.map((lane) => lane.consecutiveFailures)),
  numbers(lanes.map((lane) => lane.rate.used)),
  numbers(lanes.map((lane) => lane.rate.usedUntil)),
];

const queuedOf = (row: ReadRow, dueAt: number): QueuedDelivery => ({
  transportId: row.transport_id,
  dueAt,
  deliveryId: row.delivery_id,
  eventId: row.event_id,
  attempts: row.attempts,
  orderingKey: row.ordering_key,
  behind: row.behind,
});
