import type { RequestedTrigger } from '../../domain/delivery-status.js';
import type { TransportState } from '../../domain/transport-state.js';
import type { QueuedDelivery } from './lane-store.js';
import type { QueueKey } from './record-store.js';

/** The facts that decide whether a delivery can be redelivered, all from one snapshot. */
export interface RedeliveryFacts {
  readonly deliveryId: number;
  readonly transportId: number;
  /** Due date of a pending delivery, in ms since the epoch; it is part of the row's key. Null: the delivery has ended. */
  readonly dueAt: number | null;
  /** Trigger of the next attempt if somebody requested it already. */
  readonly requested: RequestedTrigger | null;
  /** Null: the transport was deleted. */
  readonly transportState: TransportState | null;
  /** False: the webhook was deleted. */
  readonly hasWebhook: boolean;
  /** False: the body of the event was erased, or the event was deleted. */
  readonly hasPayload: boolean;
}

/** Position in the requested deliveries of a lane. */
export interface RequestReadRequest {
  readonly transportId: number;
  /** Only deliveries with greater ids. */
  readonly afterId: number;
  readonly limit: number;
}

export interface RequestReading {
  readonly transportId: number;
  /**
   * `webhook_lane.requests_version` in the snapshot that the rows were read from. On SQLite it may be older than the rows, but
   * never newer.
   */
  readonly requestsVersion: number;
  /** In ascending order of ids, regardless of their due dates. Fewer rows than the limit mean that there are no more. */
  readonly rows: readonly QueuedDelivery[];
}

/** A lane whose requests were all served. */
export interface ServedRequests {
  readonly transportId: number;
  /** The `requestsVersion` of the reading that found no requested deliveries. */
  readonly requestsVersion: number;
}

/**
 * Requests for redeliveries, from the process that accepts them to the holder of the lane.
 *
 * An attempt of a pending delivery may be in flight, and would be orphaned if the key of its queue row changed. A request
 * therefore keeps the key: it sets `requested` of the row, and notes the lane's new version in
 * `webhook_lane.requests_version`, in one transaction. The holder reads `requests_version` along with the version of the
 * lane. If it is greater than the version up to which the holder has read requests, the holder reads the requested rows,
 * regardless of their due dates. The column keeps its value until no requested row is left. So the next holder finds the
 * requests that a crashed one has left, and a lane without requests costs no statement.
 */
export interface RequestStore {
  /**
   * @param transportIds the tenant's transports
   * @returns the facts of those deliveries that the tenant has, each once
   */
  facts(
    tenantId: number,
    transportIds: readonly number[],
    deliveryIds: readonly number[],
  ): Promise<RedeliveryFacts[]>;

  /**
   * Requests the redelivery (`MANUAL`) of pending deliveries, and notifies their lanes. A delivery is left out if it was
   * requested already, if no queue row has the given key any more, or if another transaction has locked the row or its lane.
   *
   * @returns the deliveries that were requested
   */
  request(tenantId: number, deliveries: readonly QueueKey[], now: number): Promise<ReadonlySet<number>>;

  /**
   * Reads requested deliveries (`MANUAL`) of lanes that this process holds. While deliveries are stopped, or if the database
   * belongs to another environment than the process, it returns nothing.
   */
  read(requests: readonly RequestReadRequest[]): Promise<RequestReading[]>;

  /** Resets `requests_version` to 0 where it still has the given value, except of lanes that another transaction has locked. */
  clear(served: readonly ServedRequests[]): Promise<void>;
}
