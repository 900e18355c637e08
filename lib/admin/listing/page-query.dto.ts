import { applyDecorators, type Type } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsIn } from 'class-validator';
import type { PageRequest, SortDirection } from '../../persistence/repositories/page.js';
import { ApiOptionalQuery } from '../openapi/api-docs.js';
import { MayBeAbsent } from '../validation/presence.js';
import { IntegerValue } from '../validation/query-values.js';

const MAX_PAGE_NUMBER = 1_000_000_000;
const MAX_PAGE_SIZE = 100;
/** Number of items on a page if the request does not specify it. */
export const DEFAULT_PAGE_SIZE = 25;
const SORT_DIRECTIONS: readonly SortDirection[] = ['ASC', 'DESC'];

/** The number of items on a page, for both kinds of lists. */
export const PageSizeValue = (): PropertyDecorator => IntegerValue(1, MAX_PAGE_SIZE);

/** The query parameters of a paged list. */
export class PageQueryDto<SortKey extends string> implements PageRequest<SortKey> {
  @MayBeAbsent()
  @IntegerValue(1, MAX_PAGE_NUMBER)
  pageNumber = 1;

  @MayBeAbsent()
  @PageSizeValue()
  pageSize = DEFAULT_PAGE_SIZE;

  /** Set by the class that `pageQueryOf` creates. */
  sortBy!: SortKey;

  @MayBeAbsent()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.toUpperCase() : value))
  @IsIn(SORT_DIRECTIONS)
  sortDirection: SortDirection = 'ASC';
}

/** The query parameters of a list that can be sorted only by the given keys. */
export function pageQueryOf<SortKey extends string>(
  sortKeys: readonly SortKey[],
  defaultSortKey: NoInfer<SortKey>,
): Type<PageQueryDto<SortKey>> {
  class SortedPageQueryDto extends PageQueryDto<SortKey> {
    @MayBeAbsent()
    @IsIn(sortKeys)
    override sortBy = defaultSortKey;
  }
  return SortedPageQueryDto;
}

/** Documents the query parameters of `pageQueryOf` with the same arguments. */
export const ApiPageQuery = (sortKeys: readonly string[], defaultSortKey: string): MethodDecorator =>
  applyDecorators(
    ApiOptionalQuery('pageNumber', 'Number of the page, starting at 1.', {
      type: 'integer',
      minimum: 1,
      maximum: MAX_PAGE_NUMBER,
      default: 1,
      example: 1,
    }),
    ApiPageSizeQuery(),
    ApiOptionalQuery('sortBy', 'Field to sort by. Items with equal values are sorted by creation.', {
      type: 'string',
      enum: [...sortKeys],
      default: defaultSortKey,
      example: defaultSortKey,
    }),
    ApiOptionalQuery('sortDirection', 'Ascending or descending, in upper or lower case.', {
      type: 'string',
      enum: [...SORT_DIRECTIONS],
      default: 'ASC',
      example: 'ASC',
    }),
  );

/** Documents `pageSize`. */
export const ApiPageSizeQuery = (): MethodDecorator =>
  ApiOptionalQuery('pageSize', 'Maximum number of items per page.', {
    type: 'integer',
    minimum: 1,
    maximum: MAX_PAGE_SIZE,
    default: DEFAULT_PAGE_SIZE,
    example: DEFAULT_PAGE_SIZE,
  });
