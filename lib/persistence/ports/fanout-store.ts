import type { MissedReason } from '../../domain/delivery-status.js';
import type { TransportState } from '../../domain/transport-state.js';
import type { EventContent } from './lane-store.js';

/** An event that has not been fanned out yet. */
export interface UnfannedEvent {
  readonly id: number;
  readonly tenantUid: string;
  readonly action: string;
  readonly orderingKey: string | null;
  /**
   * Transports that still lack their delivery of this event, because an earlier plan left them to a later one; null: all that
   * match.
   */
  readonly transportIds: readonly number[] | null;
  /** True: the outbox row was not created by an emit but, for example, restored. So deliveries of the event may exist already. */
  readonly mayExist: boolean;
  /** The body to be sent; null: it was not read together with the event. */
  readonly content: EventContent | null;
}

/** An enabled webhook of a tenant with unfanned events, and the properties of its transport that fan-out needs. */
export interface FanoutWebhook {
  readonly id: number;
  readonly tenantUid: string;
  /** The tenant's number. */
  readonly tenantId: number;
  readonly action: string;
  readonly ordered: boolean;
  readonly transportId: number;
  readonly transportState: TransportState;
  /** Scheme, host and port of the transport's URL; '': unknown. */
  readonly origin: string;
  /** Ids of the keys that the transport's secrets are encrypted with (see `keyIdsIn`). */
  readonly encryptedWith: string;
}

export interface FanoutBatch {
  readonly events: readonly UnfannedEvent[];
  readonly webhooks: readonly FanoutWebhook[];
}

/** One delivery that fan-out creates for an event. */
export interface PlannedDelivery {
  readonly eventId: number;
  readonly tenantUid: string;
  readonly tenantId: number;
  readonly transportId: number;
  readonly webhookId: number;
  /** Reason if the delivery is logged as `MISSED` instead of queued; null: it is queued. */
  readonly missedReason: MissedReason | null;
  /** Null for an unordered delivery. */
  readonly orderingKey: string | null;
}

export interface PlannedEvent extends Pick<UnfannedEvent, 'id' | 'tenantUid' | 'transportIds' | 'mayExist'> {
  /**
   * Transports that get their delivery in a later plan, because one plan is limited. The event stays in the outbox with
   * these transports and with those whose lane is left out (see `skipsLocked`). If there are none, it is removed.
   */
  readonly left: readonly number[];
}

/** The rows that one transaction of fan-out writes. */
export interface FanoutPlan {
  readonly events: readonly PlannedEvent[];
  readonly deliveries: readonly PlannedDelivery[];
  /** Milliseconds since the epoch on the database's clock. */
  readonly now: number;
  /**
   * How lanes that another transaction has locked are treated. False: fan-out waits for them, up to the lock time-out. That
   * is cheapest as long as only the module locks lanes, because it holds these locks for milliseconds. True: fan-out leaves the
   * lanes out.
   */
  readonly skipsLocked: boolean;
}

/** The result of a plan. */
export interface FanoutResult {
  /** Events of which all deliveries in this plan exist now, except those whose transport was deleted meanwhile. */
  readonly written: ReadonlySet<number>;
  /** Events that stay in the outbox with the transports whose lane is locked. Their other deliveries in this plan exist now. */
  readonly incomplete: ReadonlySet<number>;
}

/** Position in a tenant's part of the outbox: reading continues strictly after this event. */
export interface OutboxCursor {
  readonly tenantUid: string;
  readonly afterId: number;
}

/** How events become deliveries. */
export interface FanoutStore {
  /**
   * Reads the oldest unfanned events of each tenant, and the webhooks of these tenants that may match, in one round trip.
   * Tenants share the limit evenly, so that a tenant with a long backlog does not delay the others.
   *
   * @param cursors where reading continues, for some tenants. All others are read from their oldest event on
   * @param contentBytes maximum number of bytes of bodies that are read together with the events, from the oldest event on,
   *   plus at most one body. Reading them saves a query if the events are sent at once. 0: no bodies are read
   */
  read(cursors: readonly OutboxCursor[], limit: number, contentBytes: number): Promise<FanoutBatch>;

  /**
   * Writes queue rows and, for missed deliveries, log rows; notifies the lanes; removes the events from the outbox, or
   * leaves them there with the transports that still lack their delivery. All of this is one transaction, so each pair of
   * event and transport is created once. The queue and the log are searched only for events that `mayExist`.
   *
   * It leaves out:
   * - events that another process is fanning out, or has fanned out (wholly or in part) since they were read;
   * - events with an ordering key in one of their deliveries, while an earlier event of the same tenant and key is in the
   *   outbox and not part of this plan;
   * - deliveries whose transport was deleted meanwhile.
   */
  write(plan: FanoutPlan): Promise<FanoutResult>;
}
