import { applyDecorators } from '@nestjs/common';
import { CURSOR_PATTERN } from './cursor.js';
import { ApiPageSizeQuery, DEFAULT_PAGE_SIZE, PageSizeValue } from './page-query.dto.js';
import { ApiOptionalQuery } from '../openapi/api-docs.js';
import { MayBeAbsent } from '../validation/presence.js';
import { InstantValue } from '../validation/query-values.js';
import { IsPlainText } from '../validation/text.js';

const MAX_CURSOR = 64;

/** The query parameters of a keyset list. */
export class KeysetQueryDto {
  @MayBeAbsent()
  @PageSizeValue()
  pageSize = DEFAULT_PAGE_SIZE;

  @MayBeAbsent()
  @IsPlainText(1, MAX_CURSOR)
  cursor?: string;
}

/** The query parameters of a keyset list that can be restricted to a period. */
export class DatedKeysetQueryDto extends KeysetQueryDto {
  @MayBeAbsent()
  @InstantValue()
  createdFrom?: number;

  @MayBeAbsent()
  @InstantValue()
  createdTo?: number;
}

/**
 * Documents `KeysetQueryDto`.
 *
 * @param pattern form of its cursors. Default: that of a list in the order of ids
 */
export const ApiKeysetQuery = (
  pattern = CURSOR_PATTERN,
  example = '7123.p2Zk1b0Uu8Vj3p4n5qYxkA',
): MethodDecorator =>
  applyDecorators(
    ApiPageSizeQuery(),
    ApiOptionalQuery('cursor', '`nextCursor` of the previous page. Use it with the same filters.', {
      type: 'string',
      minLength: 1,
      maxLength: MAX_CURSOR,
      pattern: pattern.source,
      example,
    }),
  );

/** Documents the period of `DatedKeysetQueryDto`. */
export const ApiPeriodQuery = (): MethodDecorator =>
  applyDecorators(
    ApiOptionalQuery(
      'createdFrom',
      'Earliest time of creation, inclusive: ISO 8601 with seconds and an offset. Must not be in the future.',
      { type: 'string', format: 'date-time', example: '2026-03-14T00:00:00Z' },
    ),
    ApiOptionalQuery(
      'createdTo',
      'Latest time of creation, inclusive: ISO 8601 with seconds and an offset. Must not be earlier than `createdFrom`.',
      { type: 'string', format: 'date-time', example: '2026-03-14T23:59:59.999Z' },
    ),
  );
