import {
  SEARCHED_BODY_BYTES,
  type EventListStore,
  type EventPage,
  type EventPageRequest,
  type NumberedRow,
} from '../ports/event-list-store.js';
import { NO_ID } from '../sql/delivery-sql.js';
import {
  eventsToRead,
  listedEventOf,
  numberedRowOf,
  rangeOf,
  searchedTo,
  type ListedEventRow,
  type NumberedRowRow,
  type RangeRow,
} from '../sql/event-list-rows.js';
import { eventListTexts } from './event-list-sql.js';
import type { PostgresDatabase } from './postgres-database.js';
import { numbers } from './sql.js';

/** A row of the search: an event, or only the id at which the search ended. */
interface FoundRow {
  horizon: number | null;
  id: number | null;
  /** Only in a search for a reference. */
  body?: string | null;
}

/** Lists of events on PostgreSQL: one statement searches, a second one reads what is shown. */
export class PostgresEventListStore implements EventListStore {
  readonly #sql: ReturnType<typeof eventListTexts>;

  constructor(private readonly database: PostgresDatabase) {
    this.#sql = eventListTexts(database);
  }

  async page(request: EventPageRequest): Promise<EventPage> {
    const { tenantUid, reference, limit } = request;
    const rows = await this.#search(request);
    const ids = rows.flatMap(({ id, body }) =>
      id === null || (reference && !reference.matches(body ?? '')) ? [] : id,
    );
    const items = await this.#shown(tenantUid, ids.slice(0, limit));
    return { items, searchedTo: searchedTo(ids, items, limit, rows[0]?.horizon ?? null) };
  }

  async range(tenantUid: string): Promise<{ first: number; last: number } | undefined> {
    const [row] = await this.database.query<RangeRow>('tillhook_event_range', this.#sql.range, [tenantUid]);
    return rangeOf(row);
  }

  async firstFrom(tenantUid: string, ids: readonly number[]): Promise<NumberedRow[]> {
    const rows = await this.database.query<NumberedRowRow>('tillhook_event_first_from', this.#sql.firstFrom, [
      tenantUid,
      numbers(ids),
    ]);
    return rows.map(numberedRowOf);
  }

  #search(request: EventPageRequest): Promise<FoundRow[]> {
    const { action, reference, createdFrom, createdTo, limit } = request;
    const values: unknown[] = [
      request.tenantUid,
      request.afterId,
      request.beforeId,
      eventsToRead(request),
      limit,
      action ?? null,
      createdFrom ?? 0,
      createdTo ?? NO_ID,
    ];
    if (!reference) return this.database.query('tillhook_event_page', this.#sql.page, values);
    return this.database.query('tillhook_event_page_by_reference', this.#sql.pageByReference, [
      ...values,
      reference.texts,
      SEARCHED_BODY_BYTES,
    ]);
  }

  async #shown(tenantUid: string, ids: readonly number[]): Promise<EventPage['items']> {
    if (ids.length === 0) return [];
    const rows = await this.database.query<ListedEventRow>('tillhook_event_shown', this.#sql.shown, [
      tenantUid,
      numbers(ids),
    ]);
    return rows.map(listedEventOf);
  }
}
