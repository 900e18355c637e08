import { ApiProperty } from '@nestjs/swagger';
import type { ListedEvent } from '../../persistence/ports/event-list-store.js';
import { instant } from '../instant.js';
import { CursorPagingDto } from '../listing/cursor-paging.dto.js';
import { ResponseSchema } from '../openapi/schemas.js';

/** An event as listed. */
@ResponseSchema('ListedEvent')
export class ListedEventDto {
  @ApiProperty({
    description: 'Uid of the event; also the header `webhook-id`.',
    example: '0195a1c2-7d3e-7f4a-8b5c-6d7e8f901a2b',
  })
  eventUid!: string;

  @ApiProperty({ description: 'Action of the event.', example: 'ORDER_SETTLED' })
  action!: string;

  @ApiProperty({
    format: 'date-time',
    description: 'Time at which the event happened.',
    example: '2026-03-14T09:26:53.589Z',
  })
  occurredAt!: string;

  @ApiProperty({
    format: 'date-time',
    description: 'Time at which the event was emitted.',
    example: '2026-03-14T09:26:53.589Z',
  })
  createdAt!: string;

  @ApiProperty({
    type: 'integer',
    description:
      'Number that rises with each event of the tenant, with gaps; also the header `x-webhook-sequence`.',
    example: 7123,
  })
  sequence!: number;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Ordering key of the event; null if it has none.',
    example: null,
  })
  orderingKey!: string | null;

  @ApiProperty({
    description:
      'Whether the event was matched to the webhooks. False: deliveries of it may still be created.',
    example: true,
  })
  fannedOut!: boolean;

  @ApiProperty({
    description:
      'Whether there is a delivery of the event, pending or ended. If this is false and `fannedOut` is true, no webhook matched, or the records of the deliveries were deleted.',
    example: true,
  })
  hasDeliveries!: boolean;
}

/** A page of events, newest first. */
@ResponseSchema('EventList')
export class EventListDto {
  @ApiProperty({ type: () => [ListedEventDto], description: 'Events of this page, newest first.' })
  items!: ListedEventDto[];

  @ApiProperty({
    type: () => CursorPagingDto,
    description: 'Position of this page, and the cursor of the next one.',
  })
  paging!: CursorPagingDto;
}

/** An event as listed. */
export const listedEventDto = (event: ListedEvent): ListedEventDto => ({
  eventUid: event.eventUid,
  action: event.action,
  occurredAt: instant(event.occurredAt),
  createdAt: instant(event.createdAt),
  sequence: event.id,
  orderingKey: event.orderingKey,
  fannedOut: event.isFannedOut,
  hasDeliveries: event.hasDeliveries,
});
