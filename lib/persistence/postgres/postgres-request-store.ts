import type { RequestedTrigger } from '../../domain/delivery-status.js';
import type { TransportState } from '../../domain/transport-state.js';
import type { QueuedDelivery } from '../ports/lane-store.js';
import type { QueueKey } from '../ports/record-store.js';
import type {
  RedeliveryFacts,
  RequestReading,
  RequestReadRequest,
  RequestStore,
  ServedRequests,
} from '../ports/request-store.js';
import type { PostgresDatabase } from './postgres-database.js';
import { requestTexts } from './request-sql.js';
import { numbers } from './sql.js';

interface FactsRow {
  id: number;
  transport_id: number;
  due_at: number | null;
  requested: string | null;
  transport_state: string | null;
  has_webhook: boolean;
  has_payload: boolean;
}

/** A requested row as JSON. */
type RequestedRow = [
  deliveryId: number,
  dueAt: number,
  eventId: number,
  attempts: number,
  orderingKey: string | null,
  behind: boolean,
  lostAttempts: number,
  notedToken: number | null,
];

/** Requests for redeliveries on PostgreSQL: each call is one statement. */
export class PostgresRequestStore implements RequestStore {
  readonly #sql: ReturnType<typeof requestTexts>;

  /** @param environment the environment of this process; '': none */
  constructor(
    private readonly database: PostgresDatabase,
    private readonly environment = '',
  ) {
    this.#sql = requestTexts(database);
  }

  async facts(
    tenantId: number,
    transportIds: readonly number[],
    deliveryIds: readonly number[],
  ): Promise<RedeliveryFacts[]> {
    const values = [tenantId, numbers(transportIds), numbers(deliveryIds)];
    const rows = await this.database.query<FactsRow>('tillhook_request_facts', this.#sql.facts, values);
    return rows.map((row) => ({
      deliveryId: row.id,
      transportId: row.transport_id,
      dueAt: row.due_at,
      requested: row.requested as RequestedTrigger | null,
      transportState: row.transport_state as TransportState | null,
      hasWebhook: row.has_webhook,
      hasPayload: row.has_payload,
    }));
  }

  async request(
    tenantId: number,
    deliveries: readonly QueueKey[],
    now: number,
  ): Promise<ReadonlySet<number>> {
    const rows = await this.database.query<{ id: number }>('tillhook_request', this.#sql.request, [
      tenantId,
      numbers(deliveries.map((row) => row.transportId)),
      numbers(deliveries.map((row) => row.dueAt)),
      numbers(deliveries.map((row) => row.deliveryId)),
      now,
    ]);
    return new Set(rows.map((row) => row.id));
  }

  async read(requests: readonly RequestReadRequest[]): Promise<RequestReading[]> {
    const rows = await this.database.query<{
      transport_id: number;
      requests_version: number;
      rows: string | null;
    }>('tillhook_request_read', this.#sql.read, [
      numbers(requests.map((request) => request.transportId)),
      numbers(requests.map((request) => request.afterId)),
      numbers(requests.map((request) => request.limit)),
      this.environment,
    ]);
    return rows.map((row) => ({
      transportId: row.transport_id,
      requestsVersion: row.requests_version,
      rows: (JSON.parse(row.rows ?? '[]') as RequestedRow[]).map((values) =>
        queuedOf(row.transport_id, values),
      ),
    }));
  }

  async clear(served: readonly ServedRequests[]): Promise<void> {
    const lanes = [...served].sort((one, other) => one.transportId - other.transportId);
    await this.database.query('tillhook_request_clear', this.#sql.clear, [
      numbers(lanes.map((lane) => lane.transportId)),
      numbers(lanes.map((lane) => lane.requestsVersion)),
    ]);
  }
}

const queuedOf = (
  transportId: number,
  [deliveryId, dueAt, eventId, attempts, orderingKey, behind, lostAttempts, notedToken]: RequestedRow,
): QueuedDelivery => ({
  transportId,
  dueAt,
  deliveryId,
  eventId,
  attempts,
  orderingKey,
  behind,
  lostAttempts,
  notedToken,
  requested: 'MANUAL',
});
