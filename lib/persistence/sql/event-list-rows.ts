import {
  SEARCHED_BODIES,
  SEARCHED_EVENTS,
  type EventPageRequest,
  type ListedEvent,
  type NumberedRow,
} from '../ports/event-list-store.js';

/** A row with a listed event. Every database returns these columns. */
export interface ListedEventRow {
  id: number;
  event_uid: string;
  action: string;
  ordering_key: string | null;
  occurred_at: number | null;
  created_at: number;
  /** SQLite has no booleans. */
  is_fanned_out: boolean | number;
  has_deliveries: boolean | number;
}

export const listedEventOf = (row: ListedEventRow): ListedEvent => ({
  id: row.id,
  eventUid: row.event_uid,
  action: row.action,
  orderingKey: row.ordering_key,
  occurredAt: row.occurred_at ?? row.created_at,
  createdAt: row.created_at,
  isFannedOut: Boolean(row.is_fanned_out),
  hasDeliveries: Boolean(row.has_deliveries),
});

/** A row that a search by id has found. */
export interface NumberedRowRow {
  /** The id from which the search began. */
  from_id: number;
  id: number;
  created_at: number;
}

export const numberedRowOf = (row: NumberedRowRow): NumberedRow => ({
  from: row.from_id,
  id: row.id,
  createdAt: row.created_at,
});

/** The first and the last id of a tenant's rows. Both are null if the tenant has no rows. */
export interface RangeRow {
  first: number | null;
  last: number | null;
}

export const rangeOf = (row: RangeRow | undefined): { first: number; last: number } | undefined =>
  row === undefined || row.first === null || row.last === null
    ? undefined
    : { first: row.first, last: row.last };

/**
 * Where the next search continues, see `EventPage.searchedTo`. An event that was found may have been deleted before it was read,
 * so there may be fewer events than ids.
 *
 * @param found ids of the search, in descending order
 * @param items the events that were read
 * @param limit maximum number of events on the page
 * @param horizon the id at which the search stopped; null: there is nothing more
 * @returns the next search continues with ids less than this one; null: the page is full, or there is nothing more
 */
export function searchedTo(
  found: readonly number[],
  items: readonly ListedEvent[],
  limit: number,
  horizon: number | null,
): number | null {
  if (items.length >= limit) return null;
  return found.length < limit ? horizon : found[limit - 1]!;
}

/** Maximum number of events that a search reads. */
export function eventsToRead({ action, reference, createdFrom, createdTo, limit }: EventPageRequest): number {
  if (reference) return Math.max(SEARCHED_BODIES, limit);
  const hasFilter = [action, createdFrom, createdTo].some((value) => value !== undefined);
  return hasFilter ? Math.max(SEARCHED_EVENTS, limit) : limit;
}
