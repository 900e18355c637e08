import type { RequestedTrigger } from '../../domain/delivery-status.js';
import type { TransportState } from '../../domain/transport-state.js';
import type { QueueKey } from '../ports/record-store.js';
import type {
  RedeliveryFacts,
  RequestReading,
  RequestReadRequest,
  RequestStore,
  ServedRequests,
} from '../ports/request-store.js';
import { queuedOf, type QueueRow } from './queue-rows.js';
import { requestTexts } from './request-sql.js';
import type { SqliteDatabase } from './sqlite-database.js';

interface FactsRow {
  id: number;
  transport_id: number;
  due_at: number | null;
  requested: string | null;
  transport_state: string | null;
  has_webhook: number;
  has_payload: number;
}

/** Requests for redeliveries on SQLite. No row is ever locked by another transaction. */
export class SqliteRequestStore implements RequestStore {
  readonly #sql: ReturnType<typeof requestTexts>;

  /** @param environment the environment of this process; '': none */
  constructor(
    private readonly database: SqliteDatabase,
    private readonly environment = '',
  ) {
    this.#sql = requestTexts(database);
  }

  facts(
    tenantId: number,
    transportIds: readonly number[],
    deliveryIds: readonly number[],
  ): Promise<RedeliveryFacts[]> {
    const statement = this.database.prepare<FactsRow>(this.#sql.facts);
    const transports = JSON.stringify(transportIds);
    const rows = [...new Set(deliveryIds)].flatMap((id) => statement.get({ tenantId, transports, id }) ?? []);
    return Promise.resolve(rows.map(factsOf));
  }

  request(tenantId: number, deliveries: readonly QueueKey[], now: number): Promise<ReadonlySet<number>> {
    return this.database.transaction(() => {
      const mark = this.database.prepare(this.#sql.request);
      const marked = deliveries.filter(
        ({ transportId, dueAt, deliveryId }) =>
          mark.run(transportId, dueAt, deliveryId, tenantId).changes === 1,
      );
      const notify = this.database.prepare(this.#sql.notify);
      for (const transportId of new Set(marked.map((row) => row.transportId)))
        notify.run({ now, transportId });
      return new Set(marked.map((row) => row.deliveryId));
    });
  }

  read(requests: readonly RequestReadRequest[]): Promise<RequestReading[]> {
    const version = this.database.prepare<{ requests_version: number }>(this.#sql.version);
    const rows = this.database.prepare<QueueRow>(this.#sql.read);
    const readings = requests.flatMap(({ transportId, afterId, limit }): RequestReading[] => {
      // The version is read first. A request that another process commits before the rows are read has a greater version, so
      // the holder notices the request later and does not clear that version.
      const lane = version.get(transportId);
      if (!lane) return [];
      return [
        {
          transportId,
          requestsVersion: lane.requests_version,
          rows: rows.all(transportId, afterId, limit).map((row) => queuedOf(transportId, row)),
        },
      ];
    });
    // As for lanes: if the database belongs to another environment by now, or deliveries were stopped, discard what was read.
    const maySend = this.database.prepare(this.#sql.maySend).get(this.environment) !== undefined;
    return Promise.resolve(maySend ? readings : []);
  }

  async clear(served: readonly ServedRequests[]): Promise<void> {
    await this.database.transaction(() => {
      const clear = this.database.prepare(this.#sql.clear);
      for (const { transportId, requestsVersion } of served) clear.run(transportId, requestsVersion);
    });
  }
}

const factsOf = (row: FactsRow): RedeliveryFacts => ({
  deliveryId: row.id,
  transportId: row.transport_id,
  dueAt: row.due_at,
  requested: row.requested as RequestedTrigger | null,
  transportState: row.transport_state as TransportState | null,
  hasWebhook: row.has_webhook === 1,
  hasPayload: row.has_payload === 1,
});
