import type { ListedDelivery } from '../ports/delivery-store.js';
import type {
  DeliveriesRequest,
  DeliveryPlace,
  EventDeliveries,
  ExplainStore,
  LiveWebhook,
  OutboxEntry,
  PendingFacts,
} from '../ports/explain-store.js';
import { deliveryOf, type DeliveryRow } from '../sql/delivery-rows.js';
import {
  eventDeliveriesOf,
  liveWebhookOf,
  pendingFactsOf,
  type EventDeliveryRow,
  type LiveWebhookRow,
  type PendingFactsRow,
} from '../sql/explain-rows.js';
import { deliveryTexts } from './delivery-sql.js';
import { explainTexts } from './explain-sql.js';
import type { PostgresDatabase } from './postgres-database.js';
import { numbers, numbersOf } from './sql.js';

/** The facts that explain an event, on PostgreSQL. */
export class PostgresExplainStore implements ExplainStore {
  readonly #sql: ReturnType<typeof explainTexts>;
  readonly #listed: string;

  constructor(private readonly database: PostgresDatabase) {
    this.#sql = explainTexts(database);
    this.#listed = deliveryTexts(database).listed;
  }

  async webhooks(tenantUid: string, afterId: number, limit: number): Promise<LiveWebhook[]> {
    const values = [tenantUid, afterId, limit];
    const rows = await this.database.query<LiveWebhookRow>(
      'tillhook_explain_webhooks',
      this.#sql.webhooks,
      values,
    );
    return rows.map(liveWebhookOf);
  }

  async deliveriesOf(request: DeliveriesRequest): Promise<EventDeliveries> {
    const { tenantId, eventId, afterId, upToId, transportIds } = request;
    const values = [tenantId, eventId, afterId, upToId, numbers(transportIds)];
    return eventDeliveriesOf(
      await this.database.query<EventDeliveryRow>(
        'tillhook_explain_deliveries',
        this.#sql.deliveries,
        values,
      ),
    );
  }

  async outboxEntry(tenantUid: string, eventId: number): Promise<OutboxEntry | undefined> {
    const [row] = await this.database.query<{ transport_ids: string | null }>(
      'tillhook_explain_outbox',
      this.#sql.outbox,
      [tenantUid, eventId],
    );
    return row && { transportIds: row.transport_ids === null ? null : numbersOf(row.transport_ids) };
  }

  async listed(tenantId: number, places: readonly DeliveryPlace[]): Promise<ListedDelivery[]> {
    const values = [tenantId, ...placesOf(places)];
    const rows = await this.database.query<DeliveryRow>('tillhook_explain_listed', this.#listed, values);
    return rows.map(deliveryOf);
  }

  async pending(
    tenantId: number,
    places: readonly DeliveryPlace[],
  ): Promise<ReadonlyMap<number, PendingFacts>> {
    const values = [tenantId, ...placesOf(places)];
    const rows = await this.database.query<PendingFactsRow>(
      'tillhook_explain_pending',
      this.#sql.pending,
      values,
    );
    return new Map(rows.map((row) => [row.id, pendingFactsOf(row)]));
  }
}

const placesOf = (places: readonly DeliveryPlace[]): string[] => [
  numbers(places.map(({ transportId }) => transportId)),
  numbers(places.map(({ id }) => id)),
];
