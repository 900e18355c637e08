import { Inject, Injectable } from '@nestjs/common';
import { DATABASE, type Database } from '../ports/database.js';
import type { ListedDelivery } from '../ports/delivery-store.js';
import type { DeliveryPlace, LiveWebhook, OutboxEntry, PendingFacts } from '../ports/explain-store.js';
import { STORES, type Stores } from '../ports/stores.js';
import { NO_ID } from '../sql/delivery-sql.js';
import { statement } from '../sql/statement.js';

/** The facts about an event and one webhook. */
export interface WebhookFacts {
  readonly webhookId: number;
  /** Undefined: the webhook was deleted. `delivery` has its uid. */
  readonly webhook: LiveWebhook | undefined;
  /** The delivery of the webhook; if it has none, that of another webhook of the same transport. */
  readonly delivery: ListedDelivery | undefined;
  /** Whether the delivery is the webhook's own. */
  readonly isOwn: boolean;
  /** Undefined unless the delivery is pending. */
  readonly pending: PendingFacts | undefined;
}

/** The facts about an event. */
export interface EventFacts {
  readonly outbox: OutboxEntry | undefined;
  /** When the oldest stored delivery of the event was created, ms since the epoch; null: none is stored. */
  readonly firstDeliveryAt: number | null;
  /** In ascending order of ids. */
  readonly webhooks: readonly WebhookFacts[];
}

/** A webhook and where its delivery of the event is. */
interface PlacedWebhook {
  readonly webhookId: number;
  readonly webhook: LiveWebhook | undefined;
  /** The webhook's own delivery. */
  readonly own: DeliveryPlace | undefined;
  /** The same, or the delivery of another webhook of its transport. */
  readonly place: DeliveryPlace | undefined;
}

/** The facts that explain the events of a tenant. Every call takes the tenant first and reaches no other tenant's rows. */
@Injectable()
export class ExplainRepository {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(STORES) private readonly stores: Pick<Stores, 'explain'>,
  ) {}

  /**
   * The facts about an event and the tenant's webhooks, including deleted webhooks that have a delivery of the event.
   *
   * @param afterId only webhooks with greater ids
   * @param limit maximum number of webhooks
   */
  async facts(tenantUid: string, eventId: number, afterId: number, limit: number): Promise<EventFacts> {
    const { explain } = this.stores;
    const [tenantId, outbox, live] = await Promise.all([
      this.#tenantId(tenantUid),
      explain.outboxEntry(tenantUid, eventId),
      explain.webhooks(tenantUid, afterId, limit),
    ]);
    if (tenantId === undefined) return { outbox, firstDeliveryAt: null, webhooks: [] };
    const upToId = live.length < limit ? NO_ID : live.at(-1)!.id;
    const transportIds = live.map(({ transportId }) => transportId);
    const { firstCreatedAt, places } = await explain.deliveriesOf({
      tenantId,
      eventId,
      afterId,
      upToId,
      transportIds,
    });
    const webhooks = placedWebhooks(live, places, afterId, upToId).slice(0, limit);
    return {
      outbox,
      firstDeliveryAt: firstCreatedAt,
      webhooks: await this.#withDeliveries(tenantId, webhooks),
    };
  }

  async #withDeliveries(tenantId: number, webhooks: readonly PlacedWebhook[]): Promise<WebhookFacts[]> {
    const places = [...new Set(webhooks.flatMap(({ place }) => place ?? []))];
    const listed = places.length === 0 ? [] : await this.stores.explain.listed(tenantId, places);
    const deliveries = new Map(listed.map((delivery) => [delivery.id, delivery]));
    const waiting = places.filter(({ id }) => deliveries.get(id)?.status === 'PENDING');
    const pending = waiting.length === 0 ? undefined : await this.stores.explain.pending(tenantId, waiting);
    return webhooks.map(({ webhookId, webhook, own, place }) => ({
      webhookId,
      webhook,
      delivery: place && deliveries.get(place.id),
      isOwn: own !== undefined,
      pending: place && pending?.get(place.id),
    }));
  }

  async #tenantId(tenantUid: string): Promise<number | undefined> {
    const { sql, parameters } = statement(
      this.database,
      `SELECT id FROM ${this.database.table('webhook_tenant')} WHERE tenant_uid = ?`,
      [tenantUid],
    );
    const [row] = await this.database.dataSource.query<{ id: number }[]>(sql, [...parameters]);
    return row?.id;
  }
}

/** The webhooks in `live`, and the deleted webhooks of the deliveries in `found`, in ascending order of ids. */
function placedWebhooks(
  live: readonly LiveWebhook[],
  found: readonly DeliveryPlace[],
  afterId: number,
  upToId: number,
): PlacedWebhook[] {
  const byWebhook = new Map(found.map((place) => [place.webhookId, place]));
  const byTransport = new Map(found.map((place) => [place.transportId, place]));
  const webhooks = new Map(live.map((webhook) => [webhook.id, webhook]));
  const deleted = [...byWebhook.keys()].filter((id) => id > afterId && id <= upToId && !webhooks.has(id));
  return [...webhooks.keys(), ...deleted]
    .sort((one, other) => one - other)
    .map((webhookId) => {
      const webhook = webhooks.get(webhookId);
      const own = byWebhook.get(webhookId);
      const place = own ?? (webhook && byTransport.get(webhook.transportId));
      return { webhookId, webhook, own, place };
    });
}
