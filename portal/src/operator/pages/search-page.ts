/** A page of a list that the server filters while it reads: it may be empty although there is a next one. */
export interface SearchedPage<T> {
  readonly items: readonly T[];
  /** Null: this is the last one. */
  readonly next: string | null;
}

/** Maximum number of requests for one page. Further ones are sent only if the user asks for more. */
const MOST_REQUESTS = 10;

/**
 * Loads pages until one has items, so that a list with a rare match is not shown as empty.
 *
 * @param load loads the page for a cursor; null: the first page
 * @returns the first page with items; if none of 10 pages has any, an empty page with the cursor of the next one
 */
export async function searchPage<T>(
  load: (cursor: string | null) => Promise<SearchedPage<T>>,
  cursor: string | null,
): Promise<SearchedPage<T>> {
  let page = await load(cursor);
  for (let requests = 1; requests < MOST_REQUESTS; requests += 1) {
    if (page.items.length > 0 || page.next === null) break;
    page = await load(page.next);
  }
  return page;
}
