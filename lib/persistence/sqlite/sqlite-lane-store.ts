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
import { storedTransportOf, type StoredTransportRow } from '../stored-transport-row.js';
import { laneTexts, MOST_LOOKED_AT } from './lane-sql.js';
import { readContents } from './read-contents.js';
import type { SqliteDatabase } from './sqlite-database.js';

interface LaneRow extends StoredTransportRow {
  transport_id: number;
  lease_token: number;
  version: number;
  blocked_until: number;
  crashes: number;
  holder: string | null;
  consecutive_failures: number;
  ended: number;
  rate_used: number;
  rate_used_until: number;
}

interface QueueRow {
  due_at: number;
  delivery_id: number;
  event_id: number;
  attempts: number;
  ordering_key: string | null;
  lost_attempts: number;
  behind: number;
}

/** Announcements of processes that are gone are removed after this long. */
const FORGET_IDLE_MS = 3_600_000;
/** Lanes on SQLite: the same steps as on PostgreSQL, row by row in one synchronous transaction. */
export class SqliteLaneStore implements LaneStore {
  readonly #sql: ReturnType<typeof laneTexts>;

  /** @param own the environment of this process; '': none */
  constructor(
    private readonly database: SqliteDatabase,
    private readonly own = '',
  ) {
    this.#sql = laneTexts(database);
  }

  take(request: TakeRequest): Promise<TakenLane[]> {
    // Looked up before the write lock is asked for: an idle poll writes nothing.
    if (this.#due({ ...request, limit: 1 }).length === 0) return Promise.resolve([]);
    return this.database.transaction(() =>
      this.#due(request).flatMap((transportId) => this.#take(transportId, request)),
    );
  }

  isWaiting(overdueMs: number): Promise<boolean> {
    return Promise.resolve(
      this.database.prepare(this.#sql.isWaiting).get(this.database.now() - overdueMs) !== undefined,
    );
  }

  async announceIdle(holder: string): Promise<void> {
    const now = this.database.now();
    // Most often there is one process, and nobody to tell: nothing is written then.
    if (!this.#mayOthersWork(holder, now)) return;
    await this.database.transaction(() => {
      this.database.prepare(this.#sql.announceIdle).run(holder, now);
      this.database.prepare(this.#sql.forgetIdle).run(now - FORGET_IDLE_MS);
    });
  }

  isOtherIdle(holder: string, withinMs: number): Promise<boolean> {
    const row = this.database.prepare(this.#sql.isOtherIdle).get(holder, this.database.now() - withinMs);
    return Promise.resolve(row !== undefined);
  }

  note(delivery: QueuedDelivery): Promise<void> {
    return this.#note(delivery, 1);
  }

  unnote(delivery: QueuedDelivery): Promise<void> {
    return this.#note(delivery, -1);
  }

  read(requests: readonly LaneReadRequest[], now: number): Promise<LaneReading[]> {
    const readings: LaneReading[] = [];
    // No await between these statements, so that they see one state of this process; another process's commit in
    // between can only add rows after the version was read, which a later check notices.
    const head = this.database.prepare<{ version: number; next_due_at: number | null }>(this.#sql.head);
    const rows = this.database.prepare<QueueRow>(this.#sql.rows);
    for (const { transportId, after, limit } of requests) {
      const lane = head.get(now, transportId);
      if (!lane) continue;
      readings.push({
        transportId,
        version: lane.version,
        nextDueAt: lane.next_due_at,
        rows: rows
          .all(transportId, now, after.dueAt, after.deliveryId, limit)
          .map((row) => queuedOf(transportId, row)),
      });
    }
    // Last: what was read before the database became another one's is as good as not read.
    return Promise.resolve(this.#isOurs() ? readings : []);
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

  renew(lanes: readonly LaneRenewal[]): Promise<ReadonlySet<number>> {
    return this.#each(lanes, (lane) => {
      const leaseUntil = this.database.now() + lane.leaseMs;
      return this.database
        .prepare(this.#sql.renew)
        .run(leaseUntil, leaseUntil, ...stateOf(lane), lane.ended, lane.transportId, lane.leaseToken);
    });
  }

  release(lanes: readonly LaneRelease[]): Promise<ReadonlySet<number>> {
    return this.#each(lanes, (lane) =>
      this.database
        .prepare(this.#sql.release)
        .run(
          ...stateOf(lane),
          Number(lane.isEmpty),
          lane.ended,
          lane.dueAt,
          lane.transportId,
          lane.leaseToken,
          lane.version,
        ),
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

  contents(eventIds: readonly number[], leastBytes: number): Promise<EventContent[]> {
    return Promise.resolve(readContents(this.database, eventIds, leastBytes));
  }

  /** A held lane is due when its lease ends, so among the next. Where too many others are, nobody knows. */
  #mayOthersWork(holder: string, now: number): boolean {
    const { seen, held } = this.database
      .prepare<{ seen: number; held: number }>(this.#sql.others)
      .get(holder, now)!;
    return held > 0 || seen === MOST_LOOKED_AT;
  }

  #isOurs(): boolean {
    return this.database.prepare(this.#sql.isOurs).get(this.own) !== undefined;
  }

  #due({ transportIds, overdueMs, exceptTenants, limit }: TakeRequest): number[] {
    if (!this.#isOurs()) return [];
    const now = this.database.now();
    const rows = transportIds
      ? this.database
          .prepare<{ transport_id: number }>(this.#sql.dueThese)
          .all(JSON.stringify(transportIds), now, limit)
      : this.database
          .prepare<{ transport_id: number }>(this.#sql.due)
          .all(now - overdueMs, JSON.stringify(exceptTenants), limit);
    return rows.map((row) => row.transport_id);
  }

  #take(transportId: number, { holder, leaseMs }: TakeRequest): TakenLane[] {
    const row = this.database.prepare<LaneRow>(this.#sql.laneOf).get(transportId);
    if (!row) return [];
    const taken = {
      transportId,
      leaseToken: row.lease_token + 1,
      leaseMs: Math.max(leaseMs, 2 * (row.timeout_ms ?? 0) + 2_000),
      version: row.version,
      blockedUntil: row.blocked_until,
      crashes: row.holder === null ? row.crashes : row.crashes + 1,
      consecutiveFailures: row.consecutive_failures,
      ended: row.ended,
      rate: { used: row.rate_used, usedUntil: row.rate_used_until },
      transport: storedTransportOf(row),
    };
    const leaseUntil = this.database.now() + taken.leaseMs;
    this.database
      .prepare(this.#sql.take)
      .run(holder, taken.leaseToken, leaseUntil, leaseUntil, taken.crashes, transportId);
    return [taken];
  }

  async #note({ transportId, dueAt, deliveryId, attempts }: QueuedDelivery, by: 1 | -1): Promise<void> {
    await this.database.transaction(() =>
      this.database.prepare(this.#sql.note).run(by, transportId, dueAt, deliveryId, attempts),
    );
  }

  #each<Lane extends HeldLane>(
    lanes: readonly Lane[],
    run: (lane: Lane) => { changes: number },
  ): Promise<ReadonlySet<number>> {
    return this.database.transaction(
      () =>
        new Set(
          lanes.filter((lane) => run(lane).changes === 1).map((lane) => lane.transportId),
        ) as ReadonlySet<number>,
    );
  }
}

const stateOf = ({ consecutiveFailures, rate }: LaneState): number[] => [
  consecutiveFailures,
  rate.used,
  rate.usedUntil,
];

const queuedOf = (transportId: number, row: QueueRow): QueuedDelivery => ({
  transportId,
  dueAt: row.due_at,
  deliveryId: row.delivery_id,
  eventId: row.event_id,
  attempts: row.attempts,
  orderingKey: row.ordering_key,
  behind: row.behind === 1,
  lostAttempts: row.lost_attempts,
});
