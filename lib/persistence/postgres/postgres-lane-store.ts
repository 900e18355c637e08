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
import { storedTransportOf, type StoredTransportRow } from '../sql/stored-transport-row.js';
import {
  claimedLaneOf,
  dueLaneOf,
  eventContentOf,
  laneCheckOf,
  type ClaimedLaneRow,
  type DueLaneRow,
  type EventContentRow,
  type LaneCheckRow,
} from '../sql/lane-rows.js';
import type { PostgresDatabase } from './postgres-database.js';
import { laneTexts } from './lane-sql.js';
import { queuedDeliveriesOf, type LaneReadRow } from './queue-rows.js';
import { numbers } from './sql.js';

/** Lanes on PostgreSQL: each call is one statement for all of its lanes. */
export class PostgresLaneStore implements LaneStore {
  readonly #sql: ReturnType<typeof laneTexts>;

  /** @param environment the environment of this process; '': none */
  constructor(
    private readonly database: PostgresDatabase,
    private readonly environment = '',
  ) {
    this.#sql = laneTexts(database);
  }

  async due({ dueAt, transportId }: DueCursor, limit: number): Promise<DueLane[]> {
    const rows = await this.database.query<DueLaneRow>('tillhook_lane_due', this.#sql.due, [
      dueAt,
      transportId,
      limit,
      this.environment,
    ]);
    return rows.map(dueLaneOf);
  }

  async claim({ holder, leaseMs, transportIds }: ClaimRequest): Promise<ClaimedLane[]> {
    const rows = await this.database.query<ClaimedLaneRow & { lease_ms: number }>(
      'tillhook_lane_claim',
      this.#sql.claim,
      [holder, leaseMs, numbers(sorted(transportIds)), this.environment],
    );
    return rows.map((row) => claimedLaneOf(row, row.lease_ms));
  }

  async note(
    { transportId, dueAt, deliveryId, attempts }: QueuedDelivery,
    leaseToken: number,
  ): Promise<void> {
    const row = [transportId, dueAt, deliveryId, attempts];
    await this.database.query('tillhook_lane_note', this.#sql.note, [...row, leaseToken]);
  }

  async read(requests: readonly LaneReadRequest[], now: number): Promise<LaneReading[]> {
    const rows = await this.database.query<LaneReadRow>('tillhook_lane_read', this.#sql.read, [
      numbers(requests.map((request) => request.transportId)),
      numbers(requests.map((request) => request.after.dueAt)),
      numbers(requests.map((request) => request.after.deliveryId)),
      numbers(requests.map((request) => request.limit)),
      now,
      this.environment,
    ]);
    return rows.map((row) => ({
      transportId: row.transport_id,
      version: row.version,
      requestsVersion: row.requests_version,
      nextDueAt: row.next_due_at,
      rows: queuedDeliveriesOf(row),
    }));
  }

  async check(transportIds: readonly number[]): Promise<LaneCheck[]> {
    const rows = await this.database.query<LaneCheckRow>('tillhook_lane_check', this.#sql.check, [
      numbers(transportIds),
    ]);
    return rows.map(laneCheckOf);
  }

  renew(renewals: readonly LaneRenewal[]): Promise<ReadonlySet<number>> {
    const lanes = ascending(renewals);
    return this.#transportIds('tillhook_lane_renew', this.#sql.renew, [
      ...stateParameters(lanes),
      numbers(lanes.map((lane) => lane.leaseMs)),
    ]);
  }

  release(releases: readonly LaneRelease[]): Promise<ReadonlySet<number>> {
    const lanes = ascending(releases);
    return this.#transportIds('tillhook_lane_release', this.#sql.release, [
      ...stateParameters(lanes),
      numbers(lanes.map((lane) => lane.version)),
      numbers(lanes.map((lane) => lane.dueAt)),
    ]);
  }

  async forgiveCrashes(transportIds: readonly number[]): Promise<void> {
    await this.database.query('tillhook_lane_forgive', this.#sql.forgive, [numbers(sorted(transportIds))]);
  }

  async transports(transportIds: readonly number[]): Promise<Map<number, StoredTransport>> {
    const rows = await this.database.query<StoredTransportRow & { transport_id: number }>(
      'tillhook_lane_transports',
      this.#sql.transports,
      [numbers(transportIds)],
    );
    return new Map(rows.map((row) => [row.transport_id, storedTransportOf(row)]));
  }

  async contents(eventIds: readonly number[], leastBytes: number): Promise<EventContent[]> {
    const rows = await this.database.query<EventContentRow>('tillhook_lane_contents', this.#sql.contents, [
      numbers(eventIds),
      leastBytes,
    ]);
    return rows.map(eventContentOf);
  }

  async #transportIds(name: string, sql: string, values: unknown[]): Promise<ReadonlySet<number>> {
    const rows = await this.database.query<{ transport_id: number }>(name, sql, values);
    return new Set(rows.map((row) => row.transport_id));
  }
}

/** The order in which all code locks lanes. */
const sorted = (transportIds: readonly number[]): number[] =>
  [...transportIds].sort((one, other) => one - other);

/** Sorts lanes in the same order. */
const ascending = <Lane extends HeldLane>(lanes: readonly Lane[]): Lane[] =>
  [...lanes].sort((one, other) => one.transportId - other.transportId);

const stateParameters = (lanes: readonly (HeldLane & LaneHandover)[]): string[] => [
  numbers(lanes.map((lane) => lane.transportId)),
  numbers(lanes.map((lane) => lane.leaseToken)),
  numbers(lanes.map((lane) => lane.consecutiveFailures)),
  numbers(lanes.map((lane) => lane.rate.used)),
  numbers(lanes.map((lane) => lane.rate.usedUntil)),
  numbers(lanes.map((lane) => lane.scanFrom)),
];
