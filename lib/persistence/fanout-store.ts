import type { MissedReason } from '../domain/delivery-status.js';
import type { TransportState } from '../domain/transport-state.js';
import type { EventContent } from './lane-store.js';

/** An event that has not been fanned out yet. */
export interface UnfannedEvent {
  readonly id: number;
  readonly tenantUid: string;
  readonly action: string;
  readonly orderingKey: string | null;
  /** What it sends; null: it was not read along. */
  readonly content: EventContent | null;
}

/** An enabled webhook of a tenant that has unfanned events, with what fan-out needs of its transport. */
export interface FanoutWebhook {
  readonly id: number;
  readonly tenantUid: string;
  readonly webhookUid: string;
  readonly action: string;
  readonly ordered: boolean;
  readonly transportId: number;
  readonly httpTransportUid: string;
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
  readonly action: string;
  readonly transportId: number;
  readonly httpTransportUid: string;
  readonly webhookUid: string;
  /** Why it is logged as `MISSED` and not queued; null: it is queued. */
  readonly missedReason: MissedReason | null;
  /** Null for an unordered delivery. */
  readonly orderingKey: string | null;
}

export interface PlannedEvent {
  readonly id: number;
  readonly tenantUid: string;
  /**
   * True: with this plan all its deliveries exist, and it is taken off the outbox. False: it has so many that
   * they are written by several plans.
   */
  readonly isFinished: boolean;
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
  /** Events (finished or not) whose deliveries of this plan all exist now. */
  readonly written: ReadonlySet<number>;
  /** Events that stay on the outbox, since the lane of one of their deliveries is locked: the others exist now. */
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
   * Takes the plan's events off the outbox, writes log and queue rows, and notifies the lanes, atomically. Events that
   * another process is fanning out, or has fanned out, are left out; so is an event with an ordering key in one of its
   * deliveries while an earlier one of its tenant and key is in the outbox and not part of this plan. Deliveries
   * whose transport was deleted meanwhile are left out.
   */
  write(plan: FanoutPlan): Promise<FanoutResult>;
}
