import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { DELIVERY_STATUSES, type DeliveryStatus } from '../../domain/delivery-status.js';
import { deliveryUidOf } from '../../domain/uid.js';
import { PARKED_DUE_AT } from '../../persistence/record-store.js';
import type { ListedDelivery } from '../../persistence/delivery-store.js';
import { instant } from '../instant.js';

/** A delivery as the log lists it. */
@ApiSchema({ name: 'WebhookDelivery' })
export class DeliveryDto {
  @ApiProperty({ description: 'Also the header `x-webhook-delivery`.', example: 'dlv_00000000006yk' })
  deliveryUid!: string;

  @ApiProperty({
    description: 'What is delivered; also the header `webhook-id`.',
    example: '0195a1c2-7d3e-7f4a-8b5c-6d7e8f901a2b',
  })
  eventUid!: string;

  @ApiProperty({ description: 'Where it goes.', example: 'erp' })
  httpTransportUid!: string;

  @ApiProperty({ description: 'The webhook that matched.', example: 'erp-orders' })
  webhookUid!: string;

  @ApiProperty({ description: 'The action of the event.', example: 'ORDER_SETTLED' })
  action!: string;

  @ApiProperty({
    enum: DELIVERY_STATUSES,
    description:
      '`PENDING` waits for its next attempt. `DELIVERED` was answered with 2xx. `FAILED`, `MISSED` (the http transport was disabled) and `CANCELLED` are over; `reason` says why.',
    example: 'DELIVERED',
  })
  status!: DeliveryStatus;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Why it ended otherwise than `DELIVERED`, e.g. `EXHAUSTED`, `GONE`, `TRANSPORT_DELETED`.',
    example: null,
  })
  reason!: string | null;

  @ApiProperty({ type: 'integer', description: 'Attempts made so far.', example: 1 })
  attempts!: number;

  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description: 'When it is due; null when it is over, or waits behind an earlier one of its ordering key.',
    example: null,
  })
  nextAttemptAt!: string | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'The status of the last answer; null when there was none.',
    example: 204,
  })
  lastStatusCode!: number | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Why the last attempt got no answer, e.g. `TIMEOUT`.',
    example: null,
  })
  lastErrorCode!: string | null;

  @ApiProperty({ format: 'date-time', description: 'When it was made.', example: '2026-03-14T09:26:53.589Z' })
  createdAt!: string;

  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description: 'When it was over.',
    example: '2026-03-14T09:26:53.612Z',
  })
  finishedAt!: string | null;
}

/** Where a page of the log stands. */
@ApiSchema({ name: 'WebhooksCursorPaging' })
export class CursorPagingDto {
  @ApiProperty({ type: 'integer', description: 'Items per page, as asked for.', example: 25 })
  pageSize!: number;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Pass it as `cursor` to get the next page; null: this is the last one.',
    example: '7123.p2Zk1b0Uu8Vj3p4n5qYxkA',
  })
  nextCursor!: string | null;
}

/** A page of the log, newest first. */
@ApiSchema({ name: 'WebhookDeliveryList' })
export class DeliveryListDto {
  @ApiProperty({ type: () => [DeliveryDto], description: 'The deliveries of this page, newest first.' })
  items!: DeliveryDto[];

  @ApiProperty({ type: () => CursorPagingDto, description: 'How to go on.' })
  paging!: CursorPagingDto;
}

/** A delivery as the log lists it. */
export const deliveryDto = (delivery: ListedDelivery): DeliveryDto => ({
  deliveryUid: deliveryUidOf(delivery.id),
  eventUid: delivery.eventUid,
  httpTransportUid: delivery.httpTransportUid,
  webhookUid: delivery.webhookUid,
  action: delivery.action,
  status: delivery.status,
  reason: delivery.reason,
  attempts: delivery.attempts,
  nextAttemptAt: instant(delivery.dueAt === PARKED_DUE_AT ? null : delivery.dueAt),
  lastStatusCode: delivery.lastStatusCode,
  lastErrorCode: delivery.lastErrorCode,
  createdAt: instant(delivery.createdAt),
  finishedAt: instant(delivery.finishedAt),
});
