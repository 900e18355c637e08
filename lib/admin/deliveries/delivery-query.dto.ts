import { applyDecorators } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import { IsIn, Matches } from 'class-validator';
import { ACTION_NAME_PATTERN } from '../../domain/action-catalog.js';
import { DELIVERY_STATUSES, type DeliveryStatus } from '../../domain/delivery-status.js';
import type { DeliveryFilter } from '../../persistence/repositories/delivery.repository.js';
import { ApiPageSizeQuery, PageSizeValue } from '../listing/page-query.dto.js';
import { MayBeAbsent } from '../validation/presence.js';
import { InstantValue } from '../validation/query-values.js';
import { IsPlainText, IsUid } from '../validation/text.js';

const MAX_CURSOR = 64;

/** The query of the delivery log. */
export class DeliveryQueryDto implements DeliveryFilter {
  @MayBeAbsent()
  @PageSizeValue()
  pageSize = 25;

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

const UID = { type: 'string', pattern: '^[A-Za-z0-9_-]+$', maxLength: 64 };
const ACTION = { type: 'string', pattern: ACTION_NAME_PATTERN.source };
const STATUS = { type: 'string', enum: [...DELIVERY_STATUSES] };
const INSTANT = { type: 'string', format: 'date-time' };
const EVENT_UID = '0195a1c2-7d3e-7f4a-8b5c-6d7e8f901a2b';

interface FilterSchema {
  type: string;
  pattern?: string;
  maxLength?: number;
  enum?: string[];
  format?: string;
}

const filter = (name: string, description: string, schema: FilterSchema, example: string) =>
  ApiQuery({ name, required: false, description, schema, example });

/** Documents `DeliveryQueryDto`. */
export const ApiDeliveryQuery = (): MethodDecorator =>
  applyDecorators(
    ApiPageSizeQuery(),
    filter(
      'cursor',
      '`nextCursor` of the page before, with the same filters.',
      { type: 'string', maxLength: MAX_CURSOR },
      '7123.p2Zk1b0Uu8Vj3p4n5qYxkA',
    ),
    filter('httpTransportUid', 'Only deliveries to this http transport.', UID, 'erp'),
    filter('webhookUid', 'Only deliveries of this webhook.', UID, 'erp-orders'),
    filter('action', 'Only deliveries of this action.', ACTION, 'ORDER_SETTLED'),
    filter('status', 'Only deliveries that stand so.', STATUS, 'FAILED'),
    filter('eventUid', 'Only deliveries of this event.', UID, EVENT_UID),
    filter('createdFrom', 'Only deliveries made at or after this instant.', INSTANT, '2026-03-14T00:00:00Z'),
    filter('createdTo', 'Only deliveries made at or before this instant.', INSTANT, '2026-03-14T23:59:59Z'),
  );
