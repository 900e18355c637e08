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
import type { PostgresDatabase } from './postgres-database.js';
import { laneTexts } from './lane-sql.js';
import { numbers, numbersOf } from './sql.js';

interface TakenRow extends StoredTransportRow {
  transport_id: number;
  lease_token: number;
  lease_ms: number;
  version: number;
  blocked_until: number;
  crashes: number;
  consecutive_failures: number;
  ended: number;
  rate_used: number;
  rate_used_until: number;
}

/** A lane's rows, column by column: arrays as PostgreSQL writes them; null: there are none. */
interface ReadRow {
  transport_id: number;
  version: number;
  next_due_at: number | null;
  due_ats: string | null;
  delivery_ids: string | null;
  event_ids: string | null;
  attempts: string | null;
  lost_attempts: string | null;
  /** JSON. */
  keyed: string | null;
}

/** Lanes on PostgreSQL: each call is one statement over all the lanes it concerns. */
export class PostgresLaneStore implements LaneStore {
  readonly #sql: ReturnType<typeof laneTexts>;

  /** @param own the environment of this process; '': none */
  constructor(
    private readonly database: PostgresDatabase,
    private readonly own = '',
  ) {
    this.#sql = laneTexts(database);
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
          this.own,
        ])
      : this.database.query<TakenRow>('tillhook_lane_take', this.#sql.take, [
          holder,
          limit,
          leaseMs,
          overdueMs,
          exceptTenants,
          this.own,
        ]));
    return rows.map((row) => ({
      transportId: row.transport_id,
      leaseToken: row.lease_token,
      leaseMs: row.lease_ms,
      version: row.version,
      blockedUntil: row.blocked_until,
      crashes: row.crashes,
      consecutiveFailures: row.consecutive_failures,
      ended: row.ended,
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

  note(delivery: QueuedDelivery): Promise<void> {
    return this.#note(delivery, 1);
  }

  unnote(delivery: QueuedDelivery): Promise<void> {
    return this.#note(delivery, -1);
  }

  async read(requests: readonly LaneReadRequest[], now: number): Promise<LaneReading[]> {
    const rows = await this.database.query<ReadRow>('tillhook_lane_read', this.#sql.read, [
      numbers(requests.map((request) => request.transportId)),
      numbers(requests.map((request) => request.after.dueAt)),
      numbers(requests.map((request) => request.after.deliveryId)),
      numbers(requests.map((request) => request.limit)),
      now,
      this.own,
    ]);
    return rows.map((row) => ({
      transportId: row.transport_id,
      version: row.version,
      nextDueAt: row.next_due_at,
      rows: queuedOf(row),
    }));
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
      lanes.map((lane) => lane.isEmpty),
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

  async contents(eventIds: readonly number[], leastBytes: number): Promise<EventContent[]> {
    const rows = await this.database.query<{ id: number; event_uid: string; action: string; body: string }>(
      'tillhook_lane_contents',
      this.#sql.contents,
      [numbers(eventIds), leastBytes],
    );
    return rows.map((row) => ({
      eventId: row.id,
      eventUid: row.event_uid,
      action: row.action,
      body: row.body,
    }));
  }

  async #note({ transportId, dueAt, deliveryId, attempts }: QueuedDelivery, by: 1 | -1): Promise<void> {
    const row = [transportId, dueAt, deliveryId, attempts];
    await this.database.query('tillhook_lane_note', this.#sql.note, [...row, by]);
  }

  async #transportIds(name: string, sql: string, values: unknown[]): Promise<ReadonlySet<number>> {
    const rows = await this.database.query<{ transport_id: number }>(name, sql, values);
    return new Set(rows.map((row) => row.transport_id));
  }
}

/** The order in which everybody locks lanes. */
const ascending = <Lane extends HeldLane>(lanes: readonly Lane[]): Lane[] =>
  [...lanes].sort((one, other) => one.transportId - other.transportId);

const stateParameters = (lanes: readonly (HeldLane & LaneState)[]): string[] => [
  numbers(lanes.map((lane) => lane.transportId)),
  numbers(lanes.map((lane) => lane.leaseToken)),
  numbers(lanes.map((lane) => lane.consecutiveFailures)),
  numbers(lanes.map((lane) => lane.rate.used)),
  numbers(lanes.map((lane) => lane.rate.usedUntil)),
  numbers(lanes.map((lane) => lane.ended)),
];

function queuedOf(row: ReadRow): QueuedDelivery[] {
  const deliveryIds = numbersOf(row.delivery_ids);
  const dueAts = numbersOf(row.due_ats);
  const eventIds = numbersOf(row.event_ids);
  const attempts = numbersOf(row.attempts);
  const lostAttempts = numbersOf(row.lost_attempts);
  const keyed = row.keyed === null ? undefined : keysOf(row.keyed);
  return deliveryIds.map((deliveryId, index) => {
    const key = keyed?.get(deliveryId);
    return {
      transportId: row.transport_id,
      dueAt: dueAts[index]!,
      deliveryId,
      eventId: eventIds[index]!,
      attempts: attempts[index]!,
      orderingKey: key?.orderingKey ?? null,
      behind: key?.behind ?? false,
      lostAttempts: lostAttempts[index]!,
    };
  });
}

function keysOf(keyed: string): Map<number, Pick<QueuedDelivery, 'orderingKey' | 'behind'>> {
  const entries = JSON.parse(keyed) as [deliveryId: number, orderingKey: string, behind: boolean][];
  return new Map(entries.map(([deliveryId, orderingKey, behind]) => [deliveryId, { orderingKey, behind }]));
}
