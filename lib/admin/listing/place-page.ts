import type { Place } from '../../persistence/repositories/operator.repository.js';
import { invalidCursor } from './cursor.js';
import type { CursorPagingDto } from './cursor-paging.dto.js';
import type { Cursors } from './cursors.js';
import type { KeysetRequest } from './keyset-page.js';
import { ApiKeysetQuery } from './keyset-query.js';

/** Form of the cursor of a list that is sorted by a value and an id: the value, and a cursor that contains the id. */
export const PLACE_CURSOR = /^([0-9]{1,16})-([1-9][0-9]{0,15}\.[A-Za-z0-9_-]{22})$/;

/** Documents the query parameters of a list that is sorted by a value and an id. */
export const ApiPlaceQuery = (): MethodDecorator =>
  ApiKeysetQuery(PLACE_CURSOR, '1773480413589-7123.p2Zk1b0Uu8Vj3p4n5qYxkA');

/** The rows of a search. */
export interface SearchedPlaces<Row> {
  readonly items: readonly Row[];
  /** Where the search stopped before it had found `limit` rows; null: it did not stop early. */
  readonly searchedTo: Place | null;
}

/**
 * Reads a page of a keyset list that is sorted by a value and an id. `keysetPage` reads lists that are sorted by an id. The value
 * is part of the name of the list that the cursor is signed for, so clients cannot change the value either.
 *
 * @param list which list: the cursor is valid for no other one
 * @param search returns rows beyond the position, at most `limit`; position undefined: from the beginning
 * @param placeOf the position of a row
 * @throws {ApiError} 400 `INVALID_CURSOR`
 */
export async function placePage<Row>(
  cursors: Cursors,
  list: readonly string[],
  { pageSize, cursor }: KeysetRequest,
  search: (position: Place | undefined, limit: number) => Promise<SearchedPlaces<Row>>,
  placeOf: (row: Row) => Place,
): Promise<{ rows: readonly Row[]; paging: CursorPagingDto }> {
  const position = cursor === undefined ? undefined : await decode(cursors, list, cursor);
  // Read one more than requested, to find out whether there is a next page.
  const { items, searchedTo } = await search(position, pageSize + 1);
  const rows = items.slice(0, pageSize);
  const next = items.length > pageSize ? placeOf(rows.at(-1)!) : searchedTo;
  const nextCursor = next === null ? null : await encode(cursors, list, next);
  return { rows, paging: { pageSize, nextCursor } };
}

const encode = async (cursors: Cursors, list: readonly string[], { value, id }: Place): Promise<string> =>
  `${value}-${await cursors.encode([...list, String(value)], id)}`;

async function decode(cursors: Cursors, list: readonly string[], cursor: string): Promise<Place> {
  const [, value, rest] = PLACE_CURSOR.exec(cursor) ?? [];
  if (value === undefined || rest === undefined) throw invalidCursor();
  return { value: Number(value), id: await cursors.decode([...list, value], rest) };
}
