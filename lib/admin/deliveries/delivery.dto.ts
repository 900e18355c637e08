import { ApiProperty } from '@nestjs/swagger';
import { ResponseSchema } from '../openapi/schemas.js';
import { DELIVERY_STATUSES, type DeliveryStatus } from '../../domain/delivery-status.js';
import { deliveryUidOf } from '../../domain/uid.js';
import { PARKED_DUE_AT } from '../../persistence/ports/record-store.js';
import type { ListedDelivery } from '../../persistence/ports/delivery-store.js';
import { instant } from '../instant.js';
import { CursorPagingDto } from '../listing/cursor-paging.dto.js';

/** A delivery as listed in the log. */
@ResponseSchema('Delivery')
export class DeliveryDto {
  @ApiProperty({
    description: 'Uid of the delivery; also the header `x-webhook-delivery`.',
    example: 'dlv_00000000006yk',
  })
  deliveryUid!: string;

  @ApiProperty({
    description: 'Uid of the event; also the header `webhook-id`.',
    example: '0195a1c2-7d3e-7f4a-8b5c-6d7e8f901a2b',
  })
  eventUid!: string;

  @ApiProperty({ description: 'Uid of the HTTP transport that the delivery is sent to.', example: 'erp' })
  httpTransportUid!: string;

  @ApiProperty({ description: 'Uid of the webhook that matched the event.', example: 'erp-orders' })
  webhookUid!: string;

  @ApiProperty({ description: 'Action of the event.', example: 'ORDER_SETTLED' })
  action!: string;

  @ApiProperty({
    enum: DELIVERY_STATUSES,
    description:
      '`PENDING`: waits for its next attempt. `DELIVERED`: the receiver responded with 2xx. `FAILED`, `MISSED` and `CANCELLED`: ended without success; `reason` says why.',
    example: 'DELIVERED',
  })
  status!: DeliveryStatus;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description:
      'Reason why the delivery ended without success, e.g. `EXHAUSTED`, `GONE`, `TRANSPORT_DELETED`; otherwise null.',
    example: null,
  })
  reason!: string | null;

  @ApiProperty({ type: 'integer', description: 'Number of attempts so far.', example: 1 })
  attempts!: number;

  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description:
      'Time at which the next attempt is due; null if the delivery has ended, or waits behind an earlier one with the same ordering key.',
    example: null,
  })
  nextAttemptAt!: string | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Status code of the response to the last attempt; null if there was none.',
    example: 204,
  })
  lastStatusCode!: number | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Reason why the last attempt got no response, e.g. `TIMEOUT`; otherwise null.',
    example: null,
  })
  lastErrorCode!: string | null;

  @ApiProperty({
    format: 'date-time',
    description: 'Time of creation, which is when the event was matched to the webhooks.',
    example: '2026-03-14T09:26:53.589Z',
  })
  createdAt!: string;

  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description: 'Time at which the delivery ended; null while it is `PENDING`.',
    example: '2026-03-14T09:26:53.612Z',
  })
  finishedAt!: string | null;
}

/** A page of the log, newest first. */
@ResponseSchema('DeliveryList')
export class DeliveryListDto {
  @ApiProperty({ type: () => [DeliveryDto], description: 'Deliveries of this page, newest first.' })
  items!: DeliveryDto[];

  @ApiProperty({
    type: () => CursorPagingDto,
    description: 'Position of this page, and the cursor of the next one.',
  })
  paging!: CursorPagingDto;
}

/** A delivery as listed in the log. */
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
