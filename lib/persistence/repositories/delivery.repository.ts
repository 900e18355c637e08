import { Inject, Injectable } from '@nestjs/common';
import type { DeliveryStatus } from '../../domain/delivery-status.js';
import { DATABASE, type Database } from '../ports/database.js';
import { NO_ID, TRANSPORT_TOMBSTONE, WEBHOOK_TOMBSTONE } from '../sql/delivery-sql.js';
import type { DeliveryPage, KeptAttempt, ListedDelivery } from '../ports/delivery-store.js';
import type { RedeliveryFacts } from '../ports/request-store.js';
import { EventEntity } from '../entities/event.entity.js';
import { idBounds } from '../sql/id-bounds.js';
import { statement } from '../sql/statement.js';
import { STORES, type Stores } from '../ports/stores.js';

/** Maximum number of deleted transports and webhooks, the latest ones, that are searched for one uid. */
const MOST_TOMBSTONES = 100;

const EMPTY: DeliveryPage = { items: [], searchedTo: null };

/** Criteria of a list of deliveries; an undefined criterion matches all. */
export interface DeliveryFilter {
  /** Also finds deliveries of deleted transports with this uid. */
  readonly httpTransportUid?: string | undefined;
  /** Also finds deliveries of deleted webhooks with this uid. */
  readonly webhookUid?: string | undefined;
  readonly action?: string | undefined;
  readonly status?: DeliveryStatus | undefined;
  readonly eventUid?: string | undefined;
  /** Milliseconds since the epoch, inclusive. */
  readonly createdFrom?: number | undefined;
  /** Milliseconds since the epoch, inclusive. */
  readonly createdTo?: number | undefined;
}

/** The deliveries of a tenant, pending and ended. Every call takes the tenant first and reaches no other tenant's rows. */
@Injectable()
export class DeliveryRepository {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(STORES) private readonly stores: Pick<Stores, 'deliveries' | 'requests'>,
  ) {}

  /**
   * The newest deliveries, in descending order of ids.
   *
   * @param beforeId leaves out this delivery and newer ones
   */
  async newest(
    tenantUid: string,
    filter: DeliveryFilter,
    { beforeId = NO_ID, limit }: { beforeId?: number | undefined; limit: number },
  ): Promise<DeliveryPage> {
    const { httpTransportUid, webhookUid, eventUid, createdFrom, createdTo } = filter;
    const [tenantId, transports, webhooks, event] = await Promise.all([
      this.#tenantId(tenantUid),
      httpTransportUid === undefined
        ? this.#transportIds(tenantUid)
        : this.#transportsNamed(tenantUid, httpTransportUid),
      webhookUid === undefined ? undefined : this.#webhooksNamed(tenantUid, webhookUid),
      eventUid === undefined ? undefined : this.#eventId(tenantUid, eventUid),
    ]);
    if (tenantId === undefined || event === null) return EMPTY;
    const named =
      webhooks === undefined ? undefined : new Set(webhooks.map(({ transportId }) => transportId));
    // A webhook belongs to one transport, so only that one is searched.
    const transportIds = named ? transports.filter((id) => named.has(id)) : transports;
    const endedIds = httpTransportUid === undefined ? (named ? [...named] : undefined) : transportIds;
    if (endedIds?.length === 0) return EMPTY;
    const bounds = await idBounds(this.stores.deliveries, tenantId, createdFrom, createdTo);
    return this.stores.deliveries.page({
      tenantId,
      transportIds,
      endedTransportIds: endedIds,
      status: filter.status,
      eventId: event,
      webhookIds: webhooks?.map(({ id }) => id),
      action: filter.action,
      createdFrom,
      createdTo,
      afterId: bounds.afterId,
      beforeId: Math.min(beforeId, bounds.beforeId),
      limit,
    });
  }

  async find(tenantUid: string, deliveryId: number): Promise<ListedDelivery | undefined> {
    const [tenantId, transportIds] = await Promise.all([
      this.#tenantId(tenantUid),
      this.#transportIds(tenantUid),
    ]);
    return tenantId === undefined
      ? undefined
      : this.stores.deliveries.find(tenantId, transportIds, deliveryId);
  }

  /** The facts that decide about redeliveries, of those deliveries that the tenant has. */
  async redeliveryFacts(tenantUid: string, deliveryIds: readonly number[]): Promise<RedeliveryFacts[]> {
    const [tenantId, transportIds] = await Promise.all([
      this.#tenantId(tenantUid),
      this.#transportIds(tenantUid),
    ]);
    return tenantId === undefined ? [] : this.stores.requests.facts(tenantId, transportIds, deliveryIds);
  }

  /**
   * Requests redeliveries (`MANUAL`): moves ended deliveries back to the queue, and marks pending ones.
   *
   * @returns the deliveries that were requested; the others are locked, or have changed since their facts were read
   */
  async requestRedelivery(
    tenantUid: string,
    facts: readonly RedeliveryFacts[],
  ): Promise<ReadonlySet<number>> {
    const tenantId = await this.#tenantId(tenantUid);
    if (tenantId === undefined) return new Set();
    const now = this.database.now();
    const ended = facts.filter(({ dueAt }) => dueAt === null).map(({ deliveryId }) => deliveryId);
    const pending = facts.flatMap((row) => (row.dueAt === null ? [] : { ...row, dueAt: row.dueAt }));
    const { deliveries, requests } = this.stores;
    const moved = ended.length > 0 ? await deliveries.moveBack(tenantId, ended, now) : [];
    const marked = pending.length > 0 ? await requests.request(tenantId, pending, now) : [];
    return new Set([...moved, ...marked]);
  }

  findEvent(tenantUid: string, eventId: number): Promise<EventEntity | null> {
    return this.database.dataSource.getRepository(EventEntity).findOneBy({ tenantUid, id: eventId });
  }

  /** The attempts of a delivery that was found, newest first. */
  attempts(delivery: ListedDelivery, limit: number): Promise<KeptAttempt[]> {
    return this.stores.deliveries.attempts(delivery, limit);
  }

  async #tenantId(tenantUid: string): Promise<number | undefined> {
    const sql = `SELECT id FROM ${this.database.table('webhook_tenant')} WHERE tenant_uid = ?`;
    const [row] = await this.#query<'id'>(sql, [tenantUid]);
    return row?.id;
  }

  async #transportIds(tenantUid: string): Promise<number[]> {
    const sql = `SELECT id FROM ${this.database.table('webhook_http_transport')} WHERE tenant_uid = ?`;
    return (await this.#query<'id'>(sql, [tenantUid])).map(({ id }) => id);
  }

  async #transportsNamed(tenantUid: string, httpTransportUid: string): Promise<number[]> {
    const rows = await this.#query<'id'>(
      `SELECT id FROM ${this.database.table('webhook_http_transport')} WHERE tenant_uid = ? AND http_transport_uid = ?
       UNION ALL SELECT id FROM (${this.#tombstones}) deleted`,
      [tenantUid, httpTransportUid, tenantUid, TRANSPORT_TOMBSTONE, httpTransportUid],
    );
    return rows.map(({ id }) => id);
  }

  async #webhooksNamed(
    tenantUid: string,
    webhookUid: string,
  ): Promise<{ id: number; transportId: number }[]> {
    const rows = await this.#query<'id' | 'transport_id'>(
      `SELECT id, transport_id FROM ${this.database.table('webhook_webhook')} WHERE tenant_uid = ? AND webhook_uid = ?
       UNION ALL SELECT id, transport_id FROM (${this.#tombstones}) deleted`,
      [tenantUid, webhookUid, tenantUid, WEBHOOK_TOMBSTONE, webhookUid],
    );
    return rows.map((row) => ({ id: row.id, transportId: row.transport_id }));
  }

  /** @returns null if the tenant has no such event */
  async #eventId(tenantUid: string, eventUid: string): Promise<number | null> {
    const sql = `SELECT id FROM ${this.database.table('webhook_event')} WHERE tenant_uid = ? AND event_uid = ?`;
    const [row] = await this.#query<'id'>(sql, [tenantUid, eventUid]);
    return row?.id ?? null;
  }

  get #tombstones(): string {
    return `SELECT id, transport_id FROM ${this.database.table('webhook_tombstone')}
       WHERE tenant_uid = ? AND kind = ? AND uid = ? ORDER BY id DESC LIMIT ${MOST_TOMBSTONES}`;
  }

  /** TypeORM's PostgreSQL driver may return 64-bit numbers as text. */
  async #query<Column extends string>(
    sql: string,
    values: readonly unknown[],
  ): Promise<Record<Column, number>[]> {
    const { sql: text, parameters } = statement(this.database, sql, values);
    const rows = await this.database.dataSource.query<Record<Column, number | string>[]>(text, [
      ...parameters,
    ]);
    return rows.map(
      (row) =>
        Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)])) as Record<
          Column,
          number
        >,
    );
  }
}
