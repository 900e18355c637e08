import type { CursorPagingDto } from './cursor-paging.dto.js';
import type { Cursors } from './cursors.js';

/** A request for a page of a keyset list. */
export interface KeysetRequest {
  readonly pageSize: number;
  /** Undefined: the first page. */
  readonly cursor?: string | undefined;
}

/** The rows of a search, see `EventPage`. */
export interface Searched<Row> {
  readonly items: readonly Row[];
  readonly searchedTo: number | null;
}

/**
 * Reads a page of a keyset list.
 *
 * @param list which list of which tenant: the cursor is valid for no other one
 * @param search returns rows beyond the position, at most `limit`; position undefined: from the beginning
 * @param idOf the position of a row
 * @throws {ApiError} 400 `INVALID_CURSOR`
 */
export async function keysetPage<Row>(
  cursors: Cursors,
  list: readonly string[],
  { pageSize, cursor }: KeysetRequest,
  search: (position: number | undefined, limit: number) => Promise<Searched<Row>>,
  idOf: (row: Row) => number,
): Promise<{ rows: readonly Row[]; paging: CursorPagingDto }> {
  const position = cursor === undefined ? undefined : await cursors.decode(list, cursor);
  // Read one more than requested, to find out whether there is a next page.
  const { items, searchedTo } = await search(position, pageSize + 1);
  const rows = items.slice(0, pageSize);
  const next = items.length > pageSize ? idOf(rows.at(-1)!) : searchedTo;
  const nextCursor = next === null ? null : await cursors.encode(list, next);
  return { rows, paging: { pageSize, nextCursor } };
}
