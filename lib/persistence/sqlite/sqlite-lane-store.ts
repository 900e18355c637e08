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
import type { SqliteDatabase } from './sqlite-database.js';

interface DueRow extends StoredTransportRow {
  transport_id: number;
  lease_token: number;
  version: number;
  blocked_until: number;
  crashes: number;
  holder: string | null;
}

interface QueueRow {
  due_at: number;
  delivery_id: number;
  event_id: number;
  attempts: number;
  ordering_key: string | null;
  behind: number;
}

/** Lanes on SQLite: the same steps as on PostgreSQL, row by row in one synchronous transaction. */
export class SqliteLaneStore implements LaneStore {
  readonly #sql;

  constructor(private readonly database: SqliteDatabase) {
    const lane = database.table('webhook_lane');
    const queue = database.table('webhook_queue');
    const transport = database.table('webhook_http_transport');
    this.#sql = {
      due: `
        SELECT l.transport_id, l.lease_token, l.version, l.blocked_until, l.crashes, l.holder, ${STORED_TRANSPORT_COLUMNS}
        FROM ${lane} l JOIN ${transport} t ON t.id = l.transport_id
        WHERE l.due_at <= ? ORDER BY l.due_at LIMIT ?`,
      take: `
        UPDATE ${lane} SET holder = ?, lease_token = ?, lease_until = ?, due_at = ?, crashes = ? WHERE transport_id = ?`,
      version: `SELECT version FROM ${lane} WHERE transport_id = ?`,
      nextRow: `
        SELECT due_at FROM ${queue} WHERE transport_id = ? AND due_at > ?
        ORDER BY transport_id, due_at, delivery_id LIMIT 1`,
      rows: `
        SELECT q.due_at, q.delivery_id, q.event_id, q.attempts, q.ordering_key,
               q.ordering_key IS NOT NULL AND EXISTS (
                 SELECT 1 FROM ${queue} p WHERE p.transport_id = q.transport_id
                   AND p.ordering_key = q.ordering_key AND p.event_id < q.event_id) AS behind
        FROM ${queue} q
        WHERE q.transport_id = ? AND q.due_at <= ? AND (q.due_at, q.delivery_id) > (?, ?)
        ORDER BY q.transport_id, q.due_at, q.delivery_id LIMIT ?`,
      check: `
        SELECT l.transport_id, l.lease_token, l.version, t.version AS transport_version
        FROM ${lane} l JOIN ${transport} t ON t.id = l.transport_id WHERE l.transport_id = ?`,
      renew: `
        UPDATE ${lane} SET lease_until = ?, due_at = ?
        WHERE transport_id = ? AND lease_token = ? AND holder IS NOT NULL`,
      release: `
        UPDATE ${lane} SET holder = NULL, lease_until = 0, crashes = 0, noted_delivery_id = NULL,
          due_at = max(?, blocked_until)
        WHERE transport_id = ? AND lease_token = ? AND holder IS NOT NULL AND version = coalesce(?, version)`,
      transport: `SELECT ${STORED_TRANSPORT_COLUMNS} FROM ${transport} t WHERE t.id = ?`,
      content: `SELECT id, event_uid, action, body FROM ${database.table('webhook_event')} WHERE id = ?`,
    };
  }

  take(holder: string, limit: number, leaseMs: number): Promise<TakenLane[]> {
    const findDue = this.database.prepare<DueRow>(this.#sql.due);
    // Looked up before the write lock is asked for: an idle poll writes nothing.
    if (findDue.get(this.database.now(), 1) === undefined) return Promise.resolve([]);
    return this.database.transaction(() => {
      const now = this.database.now();
      const take = this.database.prepare(this.#sql.take);
      return findDue.all(now, limit).map((row) => {
        const lease = Math.max(leaseMs, 2 * (row.timeout_ms ?? 0) + 2_000);
        const leaseToken = row.lease_token + 1;
        const crashes = row.holder === null ? row.crashes : row.crashes + 1;
        take.run(holder, leaseToken, now + lease, now + lease, crashes, row.transport_id);
        return {
          transportId: row.transport_id,
          leaseToken,
          leaseMs: lease,
          version: row.version,
          blockedUntil: row.blocked_until,
          crashes,
          transport: storedTransportOf(row),
        };
      });
    });
  }

  read(requests: readonly LaneReadRequest[], now: number): Promise<LaneReading[]> {
    const readings: LaneReading[] = [];
    // No await between these statements, so that they see one state of this process; another process's commit in
    // between can only add rows after the version was read, which a later check notices.
    for (const { transportId, after, limit } of requests) {
      const lane = this.database.prepare<{ version: number }>(this.#sql.version).get(transportId);
      if (!lane) continue;
      const next = this.database.prepare<{ due_at: number }>(this.#sql.nextRow).get(transportId, now);
      const rows = this.database
        .prepare<QueueRow>(this.#sql.rows)
        .all(transportId, now, after.dueAt, after.deliveryId, limit);
      readings.push({
        transportId,
        version: lane.version,
        nextDueAt: next?.due_at ?? null,
        rows: rows.map((row) => queuedOf(transportId, row)),
      });
    }
    return Promise.resolve(readings);
  }

  check(transportIds: readonly number[]): Promise<LaneCheck[]> {
    const statement = this.database.prepare<{
      transport_id: number;
      lease_token: number;
      version: number;
      transport_version: number;
    }>(this.#sql.check);
    const rows = transportIds.flatMap((transportId) => statement.get(transportId) ?? []);
    return Promise.resolve(
      rows.map((row) => ({
        transportId: row.transport_id,
        leaseToken: row.lease_token,
        version: row.version,
        transportVersion: row.transport_version,
      })),
    );
  }

  renew(lanes: readonly (HeldLane & { leaseMs: number })[]): Promise<ReadonlySet<number>> {
    return this.#each(lanes, ({ transportId, leaseToken, leaseMs }) => {
      const leaseUntil = this.database.now() + leaseMs;
      return this.database.prepare(this.#sql.renew).run(leaseUntil, leaseUntil, transportId, leaseToken);
    });
  }

  release(lanes: readonly LaneRelease[]): Promise<ReadonlySet<number>> {
    return this.#each(lanes, (lane) =>
      this.database.prepare(this.#sql.release).run(lane.dueAt, lane.transportId, lane.leaseToken, lane.version),
    );
  }

  transports(transportIds: readonly number[]): Promise<Map<number, StoredTransport>> {
    const statement = this.database.prepare<StoredTransportRow>(this.#sql.transport);
    const found = new Map<number, StoredTransport>();
    for (const transportId of transportIds) {
      const row = statement.get(transportId);
      if (row) found.set(transportId, storedTransportOf(row));
    }
    return Promise.resolve(found);
  }

  contents(eventIds: readonly number[]): Promise<EventContent[]> {
    const statement = this.database.prepare<{ id: number; event_uid: string; action: string; body: string }>(
      this.#sql.content,
    );
    const rows = eventIds.flatMap((eventId) => statement.get(eventId) ?? []);
    return Promise.resolve(
      rows.map((row) => ({ eventId: row.id, eventUid: row.event_uid, action: row.action, body: row.body })),
    );
  }

  #each<Lane extends HeldLane>(lanes: readonly Lane[], run: (lane: Lane) => { changes: number }): Promise<ReadonlySet<number>> {
    return this.database.transaction(
      () =>
        new Set(lanes.filter((lane) => run(lane).changes === 1).map((lane) => lane.transportId)) as ReadonlySet<number>,
    );
  }
}

const queuedOf = (transportId: number, row: QueueRow): QueuedDelivery => ({
  transportId,
  dueAt: row.due_at,
  deliveryId: row.delivery_id,
  eventId: row.event_id,
  attempts: row.attempts,
  orderingKey: row.ordering_key,
  behind: row.behind === 1,
});
