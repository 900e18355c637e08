import type { ReferenceSearch } from '../../domain/event-references.js';

/** Maximum number of events that a search with a filter reads. It takes about 20 ms to read that many. */
export const SEARCHED_EVENTS = 5_000;
/**
 * Maximum number of bodies that a search for a reference reads. It is lower than `SEARCHED_EVENTS`, because some bodies may
 * have to be parsed.
 */
export const SEARCHED_BODIES = 2_000;
/** Size of the bodies, in bytes, at which a search for a reference stops: it reads at most that many bytes, plus one body. */
export const SEARCHED_BODY_BYTES = 8 * 1024 * 1024;

/** A search for events of a tenant. `EventRepository` builds it from the client's filter. */
export interface EventPageRequest {
  readonly tenantUid: string;
  readonly action: string | undefined;
  readonly reference: ReferenceSearch | undefined;
  /** Milliseconds since the epoch, inclusive. */
  readonly createdFrom: number | undefined;
  /** Milliseconds since the epoch, inclusive. */
  readonly createdTo: number | undefined;
  /** Only ids greater than this one. */
  readonly afterId: number;
  /** Only ids less than this one. */
  readonly beforeId: number;
  /** Maximum number of events that are returned. */
  readonly limit: number;
}

/** An event as the API lists it. */
export interface ListedEvent {
  readonly id: number;
  readonly eventUid: string;
  readonly action: string;
  readonly orderingKey: string | null;
  /** Milliseconds since the epoch. */
  readonly occurredAt: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Whether the event has left the outbox. */
  readonly isFannedOut: boolean;
  /** Whether the queue or the log has a delivery of the event. */
  readonly hasDeliveries: boolean;
}

export interface EventPage {
  /** In descending order of ids. */
  readonly items: readonly ListedEvent[];
  /**
   * Id at which the search stopped before it had found `limit` events, because it had read enough rows. The next search
   * continues with smaller ids. Null: the page is full, or there is nothing more to search.
   */
  readonly searchedTo: number | null;
}

/** The id and the date of a row that a search by id has found. */
export interface NumberedRow {
  /** The id from which the search began. */
  readonly from: number;
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** Rows of a tenant whose ids rise with their dates. */
export interface NumberedRows {
  /** The first and the last id; undefined: there are no rows. */
  range(tenantUid: string): Promise<{ readonly first: number; readonly last: number } | undefined>;

  /** For each id, the first row with that id or a greater one. Ids beyond the last row have no entry. */
  firstFrom(tenantUid: string, ids: readonly number[]): Promise<NumberedRow[]>;
}

/** Lists of events, newest first. */
export interface EventListStore extends NumberedRows {
  /** The newest events that match. The number of rows and of bytes that it reads is bounded for every filter. */
  page(request: EventPageRequest): Promise<EventPage>;
}
