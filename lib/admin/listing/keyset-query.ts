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

/** Documents `KeysetQueryDto`. */
export const ApiKeysetQuery = (): MethodDecorator =>
  applyDecorators(
    ApiPageSizeQuery(),
    ApiOptionalQuery('cursor', '`nextCursor` of the previous page. Use it with the same filters.', {
      type: 'string',
      minLength: 1,
      maxLength: MAX_CURSOR,
      pattern: CURSOR_PATTERN.source,
      example: '7123.p2Zk1b0Uu8Vj3p4n5qYxkA',
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
