import { applyDecorators } from '@nestjs/common';
import { IsIn, Matches } from 'class-validator';
import { ACTION_NAME_PATTERN } from '../../domain/action-catalog.js';
import { DELIVERY_STATUSES, type DeliveryStatus } from '../../domain/delivery-status.js';
import type { DeliveryFilter } from '../../persistence/repositories/delivery.repository.js';
import { ApiOptionalQuery, uidSchema } from '../api-docs.js';
import { ApiPageSizeQuery, DEFAULT_PAGE_SIZE, PageSizeValue } from '../listing/page-query.dto.js';
import { MayBeAbsent } from '../validation/presence.js';
import { InstantValue } from '../validation/query-values.js';
import { IsPlainText, IsUid } from '../validation/text.js';

const MAX_CURSOR = 64;

/** The query of the delivery log. */
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
  @Matches(ACTION_NAME_PATTERN, { message: 'action must be 1 to 64 of A-Z, 0-9 and "_"' })
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
    ApiOptionalQuery('cursor', '`nextCursor` of the page before, with the same filters.', {
      type: 'string',
      maxLength: MAX_CURSOR,
      example: '7123.p2Zk1b0Uu8Vj3p4n5qYxkA',
    }),
    ApiOptionalQuery('httpTransportUid', 'Only deliveries to this http transport.', uidSchema('erp')),
    ApiOptionalQuery('webhookUid', 'Only deliveries of this webhook.', uidSchema('erp-orders')),
    ApiOptionalQuery('action', 'Only deliveries of this action.', {
      type: 'string',
      pattern: ACTION_NAME_PATTERN.source,
      example: 'ORDER_SETTLED',
    }),
    ApiOptionalQuery('status', 'Only deliveries that stand so.', {
      type: 'string',
      enum: [...DELIVERY_STATUSES],
      example: 'FAILED',
    }),
    ApiOptionalQuery(
      'eventUid',
      'Only deliveries of this event.',
      uidSchema('0195a1c2-7d3e-7f4a-8b5c-6d7e8f901a2b'),
    ),
    ApiOptionalQuery('createdFrom', 'Only deliveries made at or after this instant.', {
      ...INSTANT,
      example: '2026-03-14T00:00:00Z',
    }),
    ApiOptionalQuery('createdTo', 'Only deliveries made at or before this instant.', {
      ...INSTANT,
      example: '2026-03-14T23:59:59.999Z',
    }),
  );
