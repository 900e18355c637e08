import type { DeliveryStatus } from '../domain/delivery-status.js';
import type { RecordedAttempt } from './record-store.js';

/** Where deliveries of a tenant are looked for: `DeliveryRepository` makes it from what a client asks for. */
export interface DeliveryPageRequest {
  /** The tenant's number. */
  readonly tenantId: number;
  /** Transports whose pending deliveries are wanted: all the tenant's transports, or those of the filter. */
  readonly transportIds: readonly number[];
  /** Ended deliveries of these transports, deleted ones included; undefined: of all the tenant had. */
  readonly endedTransportIds: readonly number[] | undefined;
  /** Undefined: of any status. */
  readonly status: DeliveryStatus | undefined;
  /** Undefined: of any event. */
  readonly eventId: number | undefined;
  /** Undefined: of any webhook. */
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
  /** Deliveries returned at most. */
  readonly limit: number;
}

/** A delivery as the API lists it, pending or ended. */
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
  /** When the next attempt is due; null: it has ended. */
  readonly dueAt: number | null;
  readonly lastStatusCode: number | null;
  readonly lastErrorCode: string | null;
  readonly createdAt: number;
  readonly finishedAt: number | null;
}

export interface DeliveryPage {
  /** By falling id. */
  readonly items: readonly ListedDelivery[];
  /**
   * Where the search ended before it had found `limit` deliveries, since it had looked at enough rows: it can go on with
   * ids less than this one. Null: there is nothing more to search.
   */
  readonly searchedTo: number | null;
}

/** One request of a delivery, as kept. */
export interface KeptAttempt extends RecordedAttempt {
  readonly number: number;
  /** True: another process had already moved the delivery on, so the attempt decided nothing. */
  readonly orphaned: boolean;
}

/** An ended delivery by number and date. */
export interface DatedId {
  /** The number from which it was looked for. */
  readonly from: number;
  readonly id: number;
  readonly createdAt: number;
}

/** Deliveries wherever they are: in the queue while pending, in the log once they have ended. */
export interface DeliveryStore {
  /**
   * The newest deliveries that match, in one statement and so in one snapshot: a delivery that moves between queue and log
   * meanwhile is seen once. It looks at a bounded number of rows, whatever the filter.
   */
  page(request: DeliveryPageRequest): Promise<DeliveryPage>;

  /** @param transportIds the tenant's transports */
  find(tenantId: number, transportIds: readonly number[], id: number): Promise<ListedDelivery | undefined>;

  /** The attempts of a delivery, newest first. */
  attempts(delivery: Pick<ListedDelivery, 'id' | 'transportId'>, limit: number): Promise<KeptAttempt[]>;

  /** For each of the numbers, the tenant's first ended delivery that has it or a greater one. Nothing for numbers past the last. */
  firstEndedFrom(tenantId: number, ids: readonly number[]): Promise<DatedId[]>;

  /** The tenant's first and last ended delivery; undefined: it has none. */
  endedRange(tenantId: number): Promise<{ readonly first: number; readonly last: number } | undefined>;

  /**
   * Moves ended deliveries from the log back to the queue, due now, for redelivery. Their last attempt becomes a row of its
   * own; creation date and number of attempts stay. They have no ordering key any more: a redelivery neither waits for newer
   * events nor holds them back. A delivery stays in the log if its transport was deleted or another transaction has locked its
   * lane.
   *
   * @returns the deliveries that were moved
   */
  moveBack(tenantId: number, ids: readonly number[], now: number): Promise<ReadonlySet<number>>;
}
