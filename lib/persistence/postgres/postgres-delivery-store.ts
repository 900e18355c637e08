import { searchOf, type PageKind } from '../delivery-sql.js';
import {
  attemptOf,
  deliveryOf,
  deliveryPageOf,
  type AttemptRow,
  type DeliveryRow,
  type PageRow,
} from '../delivery-rows.js';
import type {
  DatedId,
  DeliveryPage,
  DeliveryPageRequest,
  DeliveryStore,
  KeptAttempt,
  ListedDelivery,
} from '../delivery-store.js';
import { deliveryTexts } from './delivery-sql.js';
import type { PostgresDatabase } from './postgres-database.js';
import { numbers } from './sql.js';

/** Deliveries on PostgreSQL. */
export class PostgresDeliveryStore implements DeliveryStore {
  readonly #sql: ReturnType<typeof deliveryTexts>;
  /** By name. */
  readonly #pages: Record<string, string> = {};

  constructor(private readonly database: PostgresDatabase) {
    this.#sql = deliveryTexts(database);
  }

  async page(request: DeliveryPageRequest): Promise<DeliveryPage> {
    const { tenantId, eventId, webhookIds, action, createdFrom, createdTo } = request;
    const search = searchOf(request);
    const { hasFilter } = search;
    const kind: PageKind = {
      byEvent: eventId !== undefined,
      byTransport: search.endedTransports !== undefined,
      hasFilter,
    };
    const values: unknown[] = [
      numbers(search.pendingTransports),
      numbers(search.endedTransports ?? [tenantId]),
      search.statuses,
      request.afterId,
      request.beforeId,
      search.each,
      request.limit,
      tenantId,
    ];
    if (hasFilter) {
      values.push(
        webhookIds === undefined ? null : numbers(webhookIds),
        action ?? null,
        createdFrom ?? 0,
        createdTo ?? Number.MAX_SAFE_INTEGER,
      );
    }
    if (eventId !== undefined) values.push(eventId);
    const name = `tillhook_delivery_page${Object.values(kind).map(Number).join('')}`;
    const text = (this.#pages[name] ??= this.#sql.page(kind));
    return deliveryPageOf(await this.database.query<PageRow>(name, text, values), request.limit);
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

  async attempts(id: number, limit: number): Promise<KeptAttempt[]> {
    const values = [id, limit];
    const rows = await this.database.query<AttemptRow>(
      'tillhook_delivery_attempts',
      this.#sql.attempts,
      values,
    );
    return rows.map(attemptOf);
  }

  async firstEndedFrom(ids: readonly number[]): Promise<DatedId[]> {
    const rows = await this.database.query<{ from_id: number; id: number; created_at: number }>(
      'tillhook_delivery_first_from',
      this.#sql.firstEndedFrom,
      [numbers(ids)],
    );
    return rows.map((row) => ({ from: row.from_id, id: row.id, createdAt: row.created_at }));
  }

  async endedRange(): Promise<{ first: number; last: number } | undefined> {
    const [row] = await this.database.query<{ first: number | null; last: number | null }>(
      'tillhook_delivery_range',
      this.#sql.endedRange,
      [],
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
