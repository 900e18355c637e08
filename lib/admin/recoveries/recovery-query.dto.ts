import { applyDecorators } from '@nestjs/common';
import { CURSOR_PATTERN } from '../listing/cursor.js';
import { ApiPageSizeQuery, DEFAULT_PAGE_SIZE, PageSizeValue } from '../listing/page-query.dto.js';
import { ApiOptionalQuery, uidSchema } from '../openapi/api-docs.js';
import { MayBeAbsent } from '../validation/presence.js';
import { IsPlainText, IsUid } from '../validation/text.js';

const MAX_CURSOR = 64;

/** The query parameters of the list of recoveries. */
export class RecoveryQueryDto {
  @MayBeAbsent()
  @PageSizeValue()
  pageSize = DEFAULT_PAGE_SIZE;

  @MayBeAbsent()
  @IsPlainText(1, MAX_CURSOR)
  cursor?: string;

  @MayBeAbsent()
  @IsUid()
  httpTransportUid?: string;
}

/** Documents `RecoveryQueryDto`. */
export const ApiRecoveryQuery = (): MethodDecorator =>
  applyDecorators(
    ApiPageSizeQuery(),
    ApiOptionalQuery('cursor', '`nextCursor` of the previous page. Use it with the same filter.', {
      type: 'string',
      minLength: 1,
      maxLength: MAX_CURSOR,
      pattern: CURSOR_PATTERN.source,
      example: '7123.p2Zk1b0Uu8Vj3p4n5qYxkA',
    }),
    ApiOptionalQuery('httpTransportUid', 'Filter by HTTP transport.', uidSchema('erp')),
  );
