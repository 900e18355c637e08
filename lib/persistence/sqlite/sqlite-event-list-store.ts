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
import { numberedRowsTexts } from './numbered-rows-sql.js';
import type { SqliteDatabase } from './sqlite-database.js';

interface CandidateRow {
  id: number;
  action: string;
  created_at: number;
  /** Only in a search for a reference. */
  body?: string | null;
}

/** Lists of events on SQLite. */
export class SqliteEventListStore implements EventListStore {
  readonly #sql;

  constructor(private readonly database: SqliteDatabase) {
    const event = database.table('webhook_event');
    const { range, firstFrom } = numberedRowsTexts(event, 'webhook_event_tenant');
    const newest = (columns: string): string => `
      SELECT ${columns} FROM ${event} INDEXED BY webhook_event_tenant
      WHERE tenant_uid = @tenantUid AND id > @afterId AND id < @beforeId ORDER BY id DESC LIMIT @each`;
    this.#sql = {
      range,
      firstFrom,
      newest: newest('id, action, created_at'),
      newestWithBodies: newest('id, action, created_at, body'),
      shown: `
        SELECT e.id, e.event_uid, e.action, e.ordering_key, e.occurred_at, e.created_at,
          NOT EXISTS (SELECT 1 FROM ${database.table('webhook_outbox')} o
                      WHERE o.tenant_uid = @tenantUid AND o.event_id = e.id) AS is_fanned_out,
          EXISTS (SELECT 1 FROM ${database.table('webhook_queue')} q WHERE q.event_id = e.id)
            OR EXISTS (SELECT 1 FROM ${database.table('webhook_delivery')} d WHERE d.event_id = e.id) AS has_deliveries
        FROM ${event} e WHERE e.id IN (SELECT value FROM json_each(@ids)) AND +e.tenant_uid = @tenantUid
        ORDER BY e.id DESC`,
    };
  }

  page(request: EventPageRequest): Promise<EventPage> {
    const { tenantUid, limit } = request;
    const { ids, horizon } = this.#search(request);
    const rows = this.database
      .prepare<ListedEventRow>(this.#sql.shown)
      .all({ tenantUid, ids: JSON.stringify(ids) });
    const items = rows.map(listedEventOf);
    return Promise.resolve({ items, searchedTo: searchedTo(ids, items, limit, horizon) });
  }

  range(tenantUid: string): Promise<{ first: number; last: number } | undefined> {
    return Promise.resolve(rangeOf(this.database.prepare<RangeRow>(this.#sql.range).get({ tenantUid })));
  }

  firstFrom(tenantUid: string, ids: readonly number[]): Promise<NumberedRow[]> {
    const statement = this.database.prepare<NumberedRowRow>(this.#sql.firstFrom);
    const found = ids.flatMap((from) => statement.get({ tenantUid, from }) ?? []);
    return Promise.resolve(found.map(numberedRowOf));
  }

  /** Reads row by row, so that it reads no more bodies than the bound allows. */
  #search(request: EventPageRequest): { readonly ids: readonly number[]; readonly horizon: number | null } {
    const { action, reference, createdFrom = 0, createdTo = NO_ID, limit } = request;
    const each = eventsToRead(request);
    const { tenantUid, afterId, beforeId } = request;
    const rows = this.database
      .prepare<CandidateRow>(reference ? this.#sql.newestWithBodies : this.#sql.newest)
      .iterate({ tenantUid, afterId, beforeId, each });
    const ids: number[] = [];
    let [count, bytes, last] = [0, 0, null as number | null];
    for (const row of rows) {
      const body = row.body ?? '';
      [count, bytes, last] = [count + 1, bytes + Buffer.byteLength(body), row.id];
      const isWanted =
        (action === undefined || row.action === action) &&
        row.created_at >= createdFrom &&
        row.created_at <= createdTo &&
        (!reference || reference.matches(body));
      if (isWanted) ids.push(row.id);
      if (ids.length === limit || bytes >= SEARCHED_BODY_BYTES) return { ids, horizon: last };
    }
    return { ids, horizon: count === each ? last : null };
  }
}
