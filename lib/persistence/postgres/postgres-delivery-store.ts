import { NO_ID, rowsOfPart, searchOf } from '../sql/delivery-sql.js';
import {
  attemptOf,
  deliveryOf,
  deliveryPageOf,
  type AttemptRow,
  type DeliveryRow,
  type PageRow,
} from '../sql/delivery-rows.js';
import type {
  DeliveryPage,
  DeliveryPageRequest,
  DeliveryStore,
  KeptAttempt,
  ListedDelivery,
} from '../ports/delivery-store.js';
import type { NumberedRow } from '../ports/event-list-store.js';
import { deliveryTexts } from './delivery-sql.js';
import type { PostgresDatabase } from './postgres-database.js';
import { numbers } from './sql.js';

/** Deliveries on PostgreSQL. */
export class PostgresDeliveryStore implements DeliveryStore {
  readonly #sql: ReturnType<typeof deliveryTexts>;
  /** Texts by the name of their prepared statement. */
  readonly #pages: Record<string, string> = {};

  constructor(private readonly database: PostgresDatabase) {
    this.#sql = deliveryTexts(database);
  }

  async page(request: DeliveryPageRequest): Promise<DeliveryPage> {
    const { eventId, endedTransportIds, webhookIds, createdFrom = 0, createdTo = NO_ID } = request;
    const search = searchOf(request);
    const { kind, pendingTransports, statuses } = search;
    const transports = numbers(pendingTransports);
    const waiting = search.countsWaiting ? await this.#waiting(request.tenantId, transports) : undefined;
    const values: unknown[] = [
      transports,
      endedTransportIds === undefined ? null : numbers(endedTransportIds),
      statuses,
      request.afterId,
      request.beforeId,
      rowsOfPart(search, request.limit, waiting),
      request.limit,
      request.tenantId,
    ];
    if (kind.byEvent) values.push(eventId);
    if (kind.hasFilter) {
      const webhooks = webhookIds === undefined ? null : numbers(webhookIds);
      values.push(webhooks, request.action ?? null, createdFrom, createdTo, request.status ?? null);
    }
    const name = `tillhook_delivery_page${Object.values(kind).map(Number).join('')}`;
    const text = (this.#pages[name] ??= this.#sql.page(kind));
    return deliveryPageOf(await this.database.query<PageRow>(name, text, values), request.limit);
  }

  async #waiting(tenantId: number, transports: string): Promise<number> {
    const values = [transports, tenantId];
    const [row] = await this.database.query<{ waiting: number }>(
      'tillhook_delivery_waiting',
      this.#sql.waiting,
      values,
    );
    return row!.waiting;
  }

  async find(
    tenantId: number,
    transportIds: readonly number[],
    id: number,
  ): Promise<ListedDelivery | undefined> {
    const values = [tenantId, numbers(transportIds), id];
    const [row] = await this.database.query<DeliveryRow>('tillhook_delivery_find', this.#sql.find, values);
    return row && deliveryOf(row);
  }

  async attempts({ id, transportId }: ListedDelivery, limit: number): Promise<KeptAttempt[]> {
    const values = [id, transportId, limit];
    const rows = await this.database.query<AttemptRow>(
      'tillhook_delivery_attempts',
      this.#sql.attempts,
      values,
    );
    return rows.map(attemptOf);
  }

  async firstEndedFrom(tenantId: number, ids: readonly number[]): Promise<NumberedRow[]> {
    const rows = await this.database.query<{ from_id: number; id: number; created_at: number }>(
      'tillhook_delivery_first_from',
      this.#sql.firstEndedFrom,
      [tenantId, numbers(ids)],
    );
    return rows.map((row) => ({ from: row.from_id, id: row.id, createdAt: row.created_at }));
  }

  async endedRange(tenantId: number): Promise<{ first: number; last: number } | undefined> {
    const [row] = await this.database.query<{ first: number | null; last: number | null }>(
      'tillhook_delivery_range',
      this.#sql.endedRange,
      [tenantId],
    );
    const { first, last } = row!;
    return first === null || last === null ? undefined : { first, last };
  }

  async moveBack(tenantId: number, ids: readonly number[], now: number): Promise<ReadonlySet<number>> {
    const rows = await this.database.query<{ id: number }>(
      'tillhook_delivery_move_back',
      this.#sql.moveBack,
      [tenantId, numbers(ids), now],
    );
    return new Set(rows.map((row) => row.id));
  }
}
