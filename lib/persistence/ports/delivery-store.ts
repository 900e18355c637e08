import type { DeliveryStatus } from '../../domain/delivery-status.js';
import type { NumberedRow } from './event-list-store.js';
import type { RecordedAttempt } from './record-store.js';

/** A search for deliveries of a tenant. `DeliveryRepository` builds it from the client's filter. */
export interface DeliveryPageRequest {
  /** The tenant's number. */
  readonly tenantId: number;
  /** Transports whose pending deliveries are searched: all of the tenant's transports, or those of the filter. */
  readonly transportIds: readonly number[];
  /** Transports whose ended deliveries are searched, including deleted transports. Undefined: all that the tenant ever had. */
  readonly endedTransportIds: readonly number[] | undefined;
  /** Undefined: any status. */
  readonly status: DeliveryStatus | undefined;
  /** Undefined: any event. */
  readonly eventId: number | undefined;
  /** Undefined: any webhook. */
  readonly webhookIds: readonly number[] | undefined;
  readonly action: string | undefined;
  /** Milliseconds since the epoch, inclusive. */
  readonly createdFrom: number | undefined;
  /** Milliseconds since the epoch, inclusive. */
  readonly createdTo: number | undefined;
  /** Only ids greater than this one. */
  readonly afterId: number;
  /** Only ids less than this one. */
  readonly beforeId: number;
  /** Maximum number of deliveries that are returned. */
  readonly limit: number;
}

/** A delivery as the API lists it, pending or ended. Instants are ms since the epoch. */
export interface ListedDelivery {
  readonly id: number;
  readonly transportId: number;
  readonly eventId: number;
  readonly eventUid: string;
  readonly action: string;
  readonly httpTransportUid: string;
  readonly webhookUid: string;
  readonly status: DeliveryStatus;
  readonly reason: string | null;
  /** Attempts recorded so far. */
  readonly attempts: number;
  /** When the next attempt is due; null: the delivery has ended. */
  readonly dueAt: number | null;
  readonly lastStatusCode: number | null;
  readonly lastErrorCode: string | null;
  readonly createdAt: number;
  readonly finishedAt: number | null;
}

export interface DeliveryPage {
  /** In descending order of ids. */
  readonly items: readonly ListedDelivery[];
  /**
   * Id at which the search stopped before it had found `limit` deliveries, because it had read enough rows. The next search
   * continues with smaller ids. Null: the page is full, or there is nothing more to search.
   */
  readonly searchedTo: number | null;
}

/** One recorded attempt of a delivery. */
export interface KeptAttempt extends RecordedAttempt {
  readonly number: number;
  /**
   * True: the attempt decided nothing. Either the queue row of its delivery changed before the attempt was recorded, or the
   * attempt is repeated after a crash (see `AttemptRecord.isCounted`).
   */
  readonly orphaned: boolean;
}

/** Deliveries in both tables: pending ones in the queue, ended ones in the log. */
export interface DeliveryStore {
  /**
   * The newest deliveries that match. One statement reads both tables in one snapshot, so a delivery that moves from the
   * queue to the log meanwhile is listed once. The number of rows it reads is bounded for every filter.
   */
  page(request: DeliveryPageRequest): Promise<DeliveryPage>;

  /** @param transportIds the tenant's transports */
  find(tenantId: number, transportIds: readonly number[], id: number): Promise<ListedDelivery | undefined>;

  /** The attempts of a delivery, newest first. */
  attempts(delivery: Pick<ListedDelivery, 'id' | 'transportId'>, limit: number): Promise<KeptAttempt[]>;

  /**
   * For each id, the tenant's first ended delivery with that id or a greater one. Ids beyond the last delivery have no
   * entry.
   */
  firstEndedFrom(tenantId: number, ids: readonly number[]): Promise<NumberedRow[]>;

  /** The tenant's first and last ended delivery; undefined: it has none. */
  endedRange(tenantId: number): Promise<{ readonly first: number; readonly last: number } | undefined>;

  /**
   * Moves ended deliveries from the log back to the queue, due now, for redelivery: the holder of the lane sends them before
   * others that are due (see `RequestStore`). The last attempt of each becomes a row of `webhook_attempt`. The delivery keeps
   * its creation date and its number of attempts, but loses its ordering key: a redelivery neither waits for newer events nor
   * holds them back. A delivery stays in the log if its transport was deleted or if another transaction has locked its lane.
   * A recovery or replay moves its deliveries with `RecoveryStore.enqueue` instead, which sets their ordering key (see
   * `recoveredKey`).
   *
   * @returns the deliveries that were moved
   */
  moveBack(tenantId: number, ids: readonly number[], now: number): Promise<ReadonlySet<number>>;
}
