import type { TransportState } from './entities/http-transport.entity.js';

/** An event that has not been fanned out yet. */
export interface UnfannedEvent {
  readonly id: number;
  readonly tenantUid: string;
  readonly eventUid: string;
  readonly action: string;
  readonly orderingKey: string | null;
  /** Only where the reader asked for it. */
  readonly body: string | null;
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
  /** False for a disabled transport: logged as `MISSED`, not queued. */
  readonly queued: boolean;
  /** Null for an unordered delivery. */
  readonly orderingKey: string | null;
}

/** What one transaction of fan-out writes. */
export interface FanoutPlan {
  readonly eventIds: readonly number[];
  readonly deliveries: readonly PlannedDelivery[];
  /** Milliseconds since the epoch on the database's clock. */
  readonly now: number;
}

/** How events become deliveries. */
export interface FanoutStore {
  /**
   * The oldest unfanned events after `afterId`, and the webhooks of their tenants that may match, in one round trip.
   *
   * @param withBody also read the bodies: worth it when they are sent at once
   */
  read(afterId: number, limit: number, withBody: boolean): Promise<FanoutBatch>;

  /**
   * Takes the plan's events off the outbox, writes log and queue rows, and tells the lanes, atomically. Events that
   * another process is fanning out, or has, are left out; so is an event that must be ordered while an
   * earlier one of its tenant and key is still in the outbox and not part of this plan. Deliveries whose transport
   * was deleted meanwhile are left out.
   *
   * @returns the events that were taken
   */
  write(plan: FanoutPlan): Promise<ReadonlySet<number>>;
}
