import type { MissedReason } from '../domain/delivery-status.js';
import type { TransportState } from '../domain/transport-state.js';
import type { EventContent } from './lane-store.js';

/** An event that has not been fanned out yet. */
export interface UnfannedEvent {
  readonly id: number;
  readonly tenantUid: string;
  readonly action: string;
  readonly orderingKey: string | null;
  /** Transports that still lack a delivery of it, since a plan left them over; null: all that match. */
  readonly transportIds: readonly number[] | null;
  /** Deliveries of it may exist already: it did not come to the outbox by being emitted. */
  readonly mayExist: boolean;
  /** What it sends; null: it was not read along. */
  readonly content: EventContent | null;
}

/** An enabled webhook of a tenant that has unfanned events, with what fan-out needs of its transport. */
export interface FanoutWebhook {
  readonly id: number;
  readonly tenantUid: string;
  /** The tenant's number in the log. */
  readonly tenantId: number;
  readonly action: string;
  readonly ordered: boolean;
  readonly transportId: number;
  readonly transportState: TransportState;
  /** Scheme, host and port that the transport sends to; '': unknown. */
  readonly origin: string;
  /** Ids of the keys that the transport's secrets are encrypted with (see `keyIdsIn`). */
  readonly encryptedWith: string;
}

export interface FanoutBatch {
  readonly events: readonly UnfannedEvent[];
  readonly webhooks: readonly FanoutWebhook[];
}

/** One delivery to be made of an event. */
export interface PlannedDelivery {
  readonly eventId: number;
  readonly tenantUid: string;
  readonly tenantId: number;
  readonly transportId: number;
  readonly webhookId: number;
  /** Why it is logged as `MISSED` and not queued; null: it is queued. */
  readonly missedReason: MissedReason | null;
  /** Null for an unordered delivery. */
  readonly orderingKey: string | null;
}

export interface PlannedEvent extends Pick<UnfannedEvent, 'id' | 'tenantUid' | 'transportIds' | 'mayExist'> {
  /**
   * Transports that get their delivery by a later plan, since there are too many for this one. Empty: the event is taken
   * off the outbox. Otherwise it stays there with these transports.
   */
  readonly left: readonly number[];
}

/** What one transaction of fan-out writes. */
export interface FanoutPlan {
  readonly events: readonly PlannedEvent[];
  readonly deliveries: readonly PlannedDelivery[];
  /** Milliseconds since the epoch on the database's clock. */
  readonly now: number;
  /**
   * How lanes that another transaction has locked are treated. False: it waits for them, up to the lock time-out, which
   * is what costs least as long as only the module locks them, for milliseconds. True: it leaves them out.
   */
  readonly skipsLocked: boolean;
}

/** What became of a plan. */
export interface FanoutResult {
  /** Events whose deliveries of this plan all exist now. */
  readonly written: ReadonlySet<number>;
  /** Events that stay on the outbox with those transports whose lane is locked: their other deliveries of this plan exist now. */
  readonly incomplete: ReadonlySet<number>;
}

/** Where to continue reading a tenant's part of the outbox: strictly after this event. */
export interface OutboxCursor {
  readonly tenantUid: string;
  readonly afterId: number;
}

/** How events become deliveries. */
export interface FanoutStore {
  /**
   * The oldest unfanned events of each tenant, and the webhooks of these tenants that may match, in one round trip.
   * Tenants share the limit evenly, so that one with a long backlog does not keep the others waiting.
   *
   * @param cursors tenants that are not read from their oldest event on
   * @param contentBytes how much of the bodies of the oldest of them is read along, and at most one body more: useful if
   *   they are sent at once. 0: the events are not read
   */
  read(cursors: readonly OutboxCursor[], limit: number, contentBytes: number): Promise<FanoutBatch>;

  /**
   * Writes queue rows, and log rows for missed deliveries, notifies the lanes, and takes the events off the outbox or
   * leaves them there with the transports that still lack their delivery, all in one transaction. So each pair of
   * event and transport is created once; only for an event that `mayExist` are the queue and the log searched.
   *
   * Left out are events that another process is fanning out or has fanned out, wholly or in part, since they were
   * read; events with an ordering key in one of their deliveries while an earlier one of its tenant and key is on the outbox
   * and not part of this plan; and deliveries whose transport was deleted meanwhile.
   */
  write(plan: FanoutPlan): Promise<FanoutResult>;
}
