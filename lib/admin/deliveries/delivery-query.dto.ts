import { applyDecorators } from '@nestjs/common';
import { IsIn, Matches } from 'class-validator';
import { ACTION_NAME_PATTERN } from '../../domain/action-catalog.js';
import { DELIVERY_STATUSES, type DeliveryStatus } from '../../domain/delivery-status.js';
import type { DeliveryFilter } from '../../persistence/repositories/delivery.repository.js';
import { ApiOptionalQuery, uidSchema } from '../openapi/api-docs.js';
import { CURSOR_PATTERN } from '../listing/cursor.js';
import { ApiPageSizeQuery, DEFAULT_PAGE_SIZE, PageSizeValue } from '../listing/page-query.dto.js';
import { MayBeAbsent } from '../validation/presence.js';
import { InstantValue } from '../validation/query-values.js';
import { IsPlainText, IsUid } from '../validation/text.js';

const MAX_CURSOR = 64;

/** The query parameters of the delivery log. */
export class DeliveryQueryDto implements DeliveryFilter {
  @MayBeAbsent()
  @PageSizeValue()
  pageSize = DEFAULT_PAGE_SIZE;

  @MayBeAbsent()
  @IsPlainText(1, MAX_CURSOR)
  cursor?: string;

  @MayBeAbsent()
  @IsUid()
  httpTransportUid?: string;

  @MayBeAbsent()
  @IsUid()
  webhookUid?: string;

  @MayBeAbsent()
  @Matches(ACTION_NAME_PATTERN, { message: 'action must be 1 to 64 of the characters A-Z, 0-9 and "_"' })
  action?: string;

  @MayBeAbsent()
  @IsIn(DELIVERY_STATUSES)
  status?: DeliveryStatus;

  @MayBeAbsent()
  @IsUid()
  eventUid?: string;

  @MayBeAbsent()
  @InstantValue()
  createdFrom?: number;

  @MayBeAbsent()
  @InstantValue()
  createdTo?: number;
}

const INSTANT = { type: 'string', format: 'date-time' } as const;

/** Documents `DeliveryQueryDto`. */
export const ApiDeliveryQuery = (): MethodDecorator =>
  applyDecorators(
    ApiPageSizeQuery(),
    ApiOptionalQuery('cursor', '`nextCursor` of the previous page. Use it with the same filters.', {
      type: 'string',
      minLength: 1,
      maxLength: MAX_CURSOR,
      pattern: CURSOR_PATTERN.source,
      example: '7123.p2Zk1b0Uu8Vj3p4n5qYxkA',
    }),
    ApiOptionalQuery('httpTransportUid', 'Filter by HTTP transport.', uidSchema('erp')),
    ApiOptionalQuery('webhookUid', 'Filter by webhook.', uidSchema('erp-orders')),
    ApiOptionalQuery('action', 'Filter by action.', {
      type: 'string',
      pattern: ACTION_NAME_PATTERN.source,
      minLength: 1,
      maxLength: 64,
      example: 'ORDER_SETTLED',
    }),
    ApiOptionalQuery('status', 'Filter by delivery status.', {
      type: 'string',
      enum: [...DELIVERY_STATUSES],
      example: 'FAILED',
    }),
    ApiOptionalQuery('eventUid', 'Filter by event.', uidSchema('0195a1c2-7d3e-7f4a-8b5c-6d7e8f901a2b')),
    ApiOptionalQuery(
      'createdFrom',
      'Earliest time of creation, inclusive: ISO 8601 with seconds and an offset.',
      {
        ...INSTANT,
        example: '2026-03-14T00:00:00Z',
      },
    ),
    ApiOptionalQuery(
      'createdTo',
      'Latest time of creation, inclusive: ISO 8601 with seconds and an offset.',
      {
        ...INSTANT,
        example: '2026-03-14T23:59:59.999Z',
      },
    ),
  );
