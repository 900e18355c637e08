import {
  attemptOf,
  deliveryOf,
  deliveryPageOf,
  type AttemptRow,
  type DeliveryRow,
  type PageRow,
} from '../sql/delivery-rows.js';
import { NO_ID, rowsOfPart, searchOf } from '../sql/delivery-sql.js';
import { QUEUED, queueFactText } from '../sql/facts.js';
import type {
  DeliveryPage,
  DeliveryPageRequest,
  DeliveryStore,
  KeptAttempt,
  ListedDelivery,
} from '../ports/delivery-store.js';
import type { NumberedRow } from '../ports/event-list-store.js';
import { deliveryTexts } from './delivery-sql.js';
import type { SqliteDatabase } from './sqlite-database.js';

/** Deliveries on SQLite. */
export class SqliteDeliveryStore implements DeliveryStore {
  readonly #sql: ReturnType<typeof deliveryTexts>;

  constructor(private readonly database: SqliteDatabase) {
    this.#sql = deliveryTexts(database);
  }

  page(request: DeliveryPageRequest): Promise<DeliveryPage> {
    const { tenantId, eventId, endedTransportIds, webhookIds, limit } = request;
    const { createdFrom = 0, createdTo = NO_ID } = request;
    const search = searchOf(request);
    const { kind, pendingTransports, statuses } = search;
    const transports = JSON.stringify(pendingTransports);
    const rows = this.database.prepare<PageRow>(this.#sql.page(kind)).all({
      tenantId,
      transports,
      endedTransports: endedTransportIds === undefined ? null : JSON.stringify(endedTransportIds),
      statuses: JSON.stringify(statuses),
      afterId: request.afterId,
      beforeId: request.beforeId,
      each: rowsOfPart(search, limit, search.countsWaiting ? this.#waiting(tenantId, transports) : undefined),
      limit,
      webhooks: webhookIds === undefined ? null : JSON.stringify(webhookIds),
      action: request.action ?? null,
      createdFrom,
      createdTo,
      status: request.status ?? null,
      eventId: eventId ?? null,
    });
    return Promise.resolve(deliveryPageOf(rows, limit));
  }

  /** @param transports JSON of the ids of the tenant's transports */
  #waiting(tenantId: number, transports: string): number {
    return this.database.prepare<{ waiting: number }>(this.#sql.waiting).get({ tenantId, transports })!
      .waiting;
  }

  find(tenantId: number, transportIds: readonly number[], id: number): Promise<ListedDelivery | undefined> {
    const row = this.database
      .prepare<DeliveryRow>(this.#sql.find)
      .get({ tenantId, transports: JSON.stringify(transportIds), id });
    return Promise.resolve(row && deliveryOf(row));
  }

  attempts({ id }: ListedDelivery, limit: number): Promise<KeptAttempt[]> {
    const rows = this.database.prepare<AttemptRow>(this.#sql.attempts).all({ id, limit });
    return Promise.resolve(rows.map(attemptOf));
  }

  firstEndedFrom(tenantId: number, ids: readonly number[]): Promise<NumberedRow[]> {
    const statement = this.database.prepare<{ id: number; created_at: number }>(this.#sql.firstEndedFrom);
    const found = ids.flatMap((from) => {
      const row = statement.get(tenantId, from);
      return row ? { from, id: row.id, createdAt: row.created_at } : [];
    });
    return Promise.resolve(found);
  }

  endedRange(tenantId: number): Promise<{ first: number; last: number } | undefined> {
    const { first, last } = this.database
      .prepare<{ first: number | null; last: number | null }>(this.#sql.endedRange)
      .get({ tenantId })!;
    return Promise.resolve(first === null || last === null ? undefined : { first, last });
  }

  moveBack(tenantId: number, ids: readonly number[], now: number): Promise<ReadonlySet<number>> {
    return this.database.transaction(() => {
      const movable = this.database.prepare<{ transport_id: number }>(this.#sql.movable);
      const run = (sql: string, ...values: unknown[]) => this.database.prepare(sql).run(...values);
      const moved = new Set<number>();
      /** Rows added to the queue by transport. */
      const queued = new Map<number, number>();
      for (const id of ids) {
        const row = movable.get(id, tenantId);
        if (!row || moved.has(id)) continue;
        run(this.#sql.keepAttempt, id);
        run(this.#sql.requeue, now, id);
        run(this.#sql.remove, id);
        moved.add(id);
        queued.set(row.transport_id, (queued.get(row.transport_id) ?? 0) + 1);
      }
      const facts = [...queued].map(([transportId, rows]) =>
        queueFactText({ tenantId, transportId }, rows, QUEUED),
      );
      if (facts.length > 0) run(this.#sql.noteFacts, facts.join(';'));
      for (const transportId of queued.keys()) run(this.#sql.notify, { now, transportId });
      return moved;
    });
  }
}
