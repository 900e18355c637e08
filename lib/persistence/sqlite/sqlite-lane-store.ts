import { leaseFor } from '../../domain/lease.js';
import type {
  ClaimedLane,
  ClaimRequest,
  DueCursor,
  DueLane,
  EventContent,
  HeldLane,
  LaneCheck,
  LaneReading,
  LaneReadRequest,
  LaneRelease,
  LaneRenewal,
  LaneHandover,
  LaneStore,
  QueuedDelivery,
  StoredTransport,
} from '../ports/lane-store.js';
import {
  claimedLaneOf,
  dueLaneOf,
  laneCheckOf,
  type ClaimedLaneRow,
  type DueLaneRow,
  type LaneCheckRow,
} from '../sql/lane-rows.js';
import { storedTransportOf, type StoredTransportRow } from '../sql/stored-transport-row.js';
import { laneTexts } from './lane-sql.js';
import { queuedOf, type QueueRow } from './queue-rows.js';
import { readContents } from './read-contents.js';
import type { SqliteDatabase } from './sqlite-database.js';

interface LaneRow extends ClaimedLaneRow {
  holder: string | null;
}

interface HeadRow {
  version: number;
  requests_version: number;
  next_due_at: number | null;
}

/** Lanes on SQLite: the same steps as on PostgreSQL, row by row. Each call that writes is one synchronous transaction. */
export class SqliteLaneStore implements LaneStore {
  readonly #sql: ReturnType<typeof laneTexts>;

  /** @param environment the environment of this process; '': none */
  constructor(
    private readonly database: SqliteDatabase,
    private readonly environment = '',
  ) {
    this.#sql = laneTexts(database);
  }

  due({ dueAt, transportId }: DueCursor, limit: number): Promise<DueLane[]> {
    const rows = this.database
      .prepare<DueLaneRow>(this.#sql.due)
      .all(this.database.now(), dueAt, transportId, limit);
    return Promise.resolve(this.#maySend() ? rows.map(dueLaneOf) : []);
  }

  async claim(request: ClaimRequest): Promise<ClaimedLane[]> {
    // Checked before the write lock is acquired: a call that finds nothing due writes nothing.
    if (!request.transportIds.some((transportId) => this.#isDue(transportId))) return [];
    return this.database.transaction(() =>
      this.#maySend()
        ? request.transportIds.flatMap((transportId) =>
            this.#isDue(transportId) ? this.#claim(transportId, request) : [],
          )
        : [],
    );
  }

  async note(
    { transportId, dueAt, deliveryId, attempts }: QueuedDelivery,
    leaseToken: number,
  ): Promise<void> {
    await this.database.transaction(() =>
      this.database.prepare(this.#sql.note).run(leaseToken, transportId, dueAt, deliveryId, attempts),
    );
  }

  read(requests: readonly LaneReadRequest[], now: number): Promise<LaneReading[]> {
    const readings: LaneReading[] = [];
    // There is no await between these statements, so this process cannot write in between. If another process adds rows
    // in between, they are newer than the version that was read, and a later check detects the new version.
    const head = this.database.prepare<HeadRow>(this.#sql.head);
    const rows = this.database.prepare<QueueRow>(this.#sql.rows);
    for (const { transportId, after, limit } of requests) {
      const lane = head.get(now, transportId);
      if (!lane) continue;
      readings.push({
        transportId,
        version: lane.version,
        requestsVersion: lane.requests_version,
        nextDueAt: lane.next_due_at,
        rows: rows
          .all(transportId, now, after.dueAt, after.deliveryId, limit)
          .map((row) => queuedOf(transportId, row)),
      });
    }
    // Checked last: if the database belongs to another environment by now, or deliveries were stopped, what was read is discarded.
    return Promise.resolve(this.#maySend() ? readings : []);
  }

  check(transportIds: readonly number[]): Promise<LaneCheck[]> {
    const statement = this.database.prepare<LaneCheckRow>(this.#sql.check);
    const rows = transportIds.flatMap((transportId) => statement.get(transportId) ?? []);
    return Promise.resolve(rows.map(laneCheckOf));
  }

  renew(lanes: readonly LaneRenewal[]): Promise<ReadonlySet<number>> {
    return this.#each(lanes, (lane) => {
      const leaseUntil = this.database.now() + lane.leaseMs;
      return this.database
        .prepare(this.#sql.renew)
        .run(...stateOf(lane), leaseUntil, leaseUntil, lane.transportId, lane.leaseToken);
    });
  }

  release(lanes: readonly LaneRelease[]): Promise<ReadonlySet<number>> {
    return this.#each(lanes, (lane) =>
      this.database
        .prepare(this.#sql.release)
        .run(...stateOf(lane), lane.dueAt, lane.transportId, lane.leaseToken, lane.version),
    );
  }

  async forgiveCrashes(transportIds: readonly number[]): Promise<void> {
    await this.database.transaction(() => {
      for (const transportId of transportIds) this.database.prepare(this.#sql.forgive).run(transportId);
    });
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

  #maySend(): boolean {
    return this.database.prepare(this.#sql.maySend).get(this.environment) !== undefined;
  }

  #isDue(transportId: number): boolean {
    return this.database.prepare(this.#sql.isDue).get(transportId, this.database.now()) !== undefined;
  }

  #claim(transportId: number, { holder, leaseMs }: ClaimRequest): ClaimedLane[] {
    const row = this.database.prepare<LaneRow>(this.#sql.laneOf).get(transportId);
    if (!row) return [];
    const claimed = {
      ...row,
      lease_token: row.lease_token + 1,
      crashes: row.holder === null ? row.crashes : row.crashes + 1,
    };
    const ownLeaseMs = Math.max(leaseMs, leaseFor(row.timeout_ms ?? 0));
    const leaseUntil = this.database.now() + ownLeaseMs;
    this.database
      .prepare(this.#sql.claim)
      .run(holder, claimed.lease_token, leaseUntil, leaseUntil, claimed.crashes, transportId);
    return [claimedLaneOf(claimed, ownLeaseMs)];
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

const stateOf = ({ consecutiveFailures, rate, scanFrom }: LaneHandover): number[] => [
  consecutiveFailures,
  rate.used,
  rate.usedUntil,
  scanFrom,
];
