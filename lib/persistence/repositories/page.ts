import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';

export type SortDirection = 'ASC' | 'DESC';

/** Which page of a sorted list. */
export interface PageRequest<SortKey extends string> {
  /** From 1. */
  readonly pageNumber: number;
  readonly pageSize: number;
  readonly sortBy: SortKey;
  readonly sortDirection: SortDirection;
}

/** One page, and how many items all pages hold. */
export interface Page<Item> {
  readonly items: Item[];
  readonly totalCount: number;
}

/**
 * Sorts and cuts a query. `columns` is the allow list: nothing else can get into ORDER BY, which TypeORM takes as
 * raw text. The id comes last, so that rows with equal keys keep their place from page to page.
 */
export function pageOf<Entity extends ObjectLiteral, SortKey extends string>(
  query: SelectQueryBuilder<Entity>,
  columns: Readonly<Record<SortKey, string>>,
  { pageNumber, pageSize, sortBy, sortDirection }: PageRequest<SortKey>,
): SelectQueryBuilder<Entity> {
  return query
    .orderBy(columns[sortBy], sortDirection)
    .addOrderBy(`${query.alias}.id`, sortDirection)
    .limit(pageSize)
    .offset((pageNumber - 1) * pageSize);
}
