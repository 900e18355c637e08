import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';

export type SortDirection = 'ASC' | 'DESC';

/** A page of a sorted list. */
export interface PageRequest<SortKey extends string> {
  /** From 1. */
  readonly pageNumber: number;
  readonly pageSize: number;
  readonly sortBy: SortKey;
  readonly sortDirection: SortDirection;
}

/** One page, and the number of items on all pages. */
export interface Page<Item> {
  readonly items: Item[];
  readonly totalCount: number;
}

/**
 * Sorts and limits a query. `columns` is the allow list: nothing else can get into ORDER BY, which TypeORM inserts as raw
 * text. The id is the last criterion, so that rows with equal keys keep their order from page to page.
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
