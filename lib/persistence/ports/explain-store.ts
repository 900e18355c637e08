import type { TransportState } from '../../domain/transport-state.js';
import type { ListedDelivery } from './delivery-store.js';

/** A webhook as it is configured now. */
export interface LiveWebhook {
  readonly id: number;
  readonly webhookUid: string;
  readonly action: string;
  readonly enabled: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Milliseconds since the epoch. */
  readonly lastModifiedAt: number;
  readonly transportId: number;
  readonly httpTransportUid: string;
  /** Milliseconds since the epoch. */
  readonly transportCreatedAt: number;
}

/** A delivery of an event, pending or ended. */
export interface DeliveryPlace {
  readonly id: number;
  readonly webhookId: number;
  readonly transportId: number;
}

/** The deliveries of an event that are asked for. */
export interface DeliveriesRequest {
  readonly tenantId: number;
  readonly eventId: number;
  /** Lower bound of the ids of webhooks whose deliveries are returned, exclusive. */
  readonly afterId: number;
  /** Upper bound of these ids, inclusive. */
  readonly upToId: number;
  /** Deliveries to these transports are returned too, whatever their webhook. */
  readonly transportIds: readonly number[];
}

export interface EventDeliveries {
  /** When the oldest stored delivery of the event was created, ms since the epoch; null: none is stored. */
  readonly firstCreatedAt: number | null;
  readonly places: readonly DeliveryPlace[];
}

/** An event that is in the outbox. */
export interface OutboxEntry {
  /** Transports that still lack their delivery; null: all that match. */
  readonly transportIds: readonly number[] | null;
}

/**
 * The facts that decide when a pending delivery is sent. Instants are milliseconds since the epoch. For `rateUsed` and
 * `rateUsedUntil`, see `RateState`.
 */
export interface PendingFacts {
  /** The pending delivery that must end first: the nearest earlier one with the same ordering key; null: there is none. */
  readonly behindId: number | null;
  readonly transportState: TransportState;
  /** Maximum number of requests per window; null: there is no limit. */
  readonly rateLimitRequests: number | null;
  /** Whether a process holds the lane; its lease may have expired. */
  readonly isHeld: boolean;
  readonly leaseUntil: number;
  readonly blockedUntil: number;
  readonly consecutiveFailures: number;
  readonly rateUsed: number;
  readonly rateUsedUntil: number;
}

/** Reads the facts that explain an event: its deliveries, and the webhooks of its tenant. */
export interface ExplainStore {
  /** The tenant's webhooks with ids greater than `afterId`, in ascending order. */
  webhooks(tenantUid: string, afterId: number, limit: number): Promise<LiveWebhook[]>;

  /**
   * Returns the requested deliveries of the event. Reads all of its deliveries, at most one for each transport that the tenant
   * ever had.
   */
  deliveriesOf(request: DeliveriesRequest): Promise<EventDeliveries>;

  /** @returns undefined if the event is not in the outbox */
  outboxEntry(tenantUid: string, eventId: number): Promise<OutboxEntry | undefined>;

  /** The given deliveries, each from the table in which it is now. A delivery that is in neither is left out. */
  listed(tenantId: number, places: readonly DeliveryPlace[]): Promise<ListedDelivery[]>;

  /** The facts of the given deliveries, by their ids. Only pending deliveries have an entry. */
  pending(tenantId: number, places: readonly DeliveryPlace[]): Promise<ReadonlyMap<number, PendingFacts>>;
}
