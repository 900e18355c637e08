import { ApiProperty, OmitType } from '@nestjs/swagger';
import { ResponseSchema } from '../openapi/schemas.js';
import { ATTEMPT_TRIGGERS, type AttemptTrigger } from '../../domain/delivery-status.js';
import type { KeptAttempt, ListedDelivery } from '../../persistence/ports/delivery-store.js';
import type { EventEntity } from '../../persistence/entities/event.entity.js';
import { instant } from '../instant.js';
import { DeliveryDto, deliveryDto } from './delivery.dto.js';
import { withinBudget } from './within-budget.js';

/** Maximum number of attempts in a response. A delivery has more only if it was often redelivered, recovered or replayed. */
export const MAX_ATTEMPTS_SHOWN = 100;

/** The emitted event. */
@ResponseSchema('Event')
export class EventDto {
  @ApiProperty({
    description: 'Uid of the event; also the header `webhook-id`.',
    example: '0195a1c2-7d3e-7f4a-8b5c-6d7e8f901a2b',
  })
  eventUid!: string;

  @ApiProperty({ description: 'Action of the event.', example: 'ORDER_SETTLED' })
  action!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description:
      'Body of the requests, parsed from JSON; null if it was erased. The signature covers the text that is sent, not this value.',
    example: { action: 'ORDER_SETTLED', tenant: { Id: 7, Uid: '7' }, order: { Id: 7123, Uid: '700' } },
  })
  body!: unknown;

  @ApiProperty({
    format: 'date-time',
    description: 'Time at which the event happened.',
    example: '2026-03-14T09:26:53.589Z',
  })
  occurredAt!: string;

  @ApiProperty({
    type: 'integer',
    description:
      'Number that rises with each event of the tenant, with gaps; also the header `x-webhook-sequence`.',
    example: 7123,
  })
  sequence!: number;
}

/** One attempt: an HTTP request of the delivery. */
@ResponseSchema('Attempt')
export class AttemptDto {
  @ApiProperty({
    type: 'integer',
    description: 'Number of the attempt, starting at 1; also the header `x-webhook-attempt`.',
    example: 1,
  })
  number!: number;

  @ApiProperty({
    format: 'date-time',
    description: 'Time at which the attempt started.',
    example: '2026-03-14T09:26:53.600Z',
  })
  startedAt!: string;

  @ApiProperty({ type: 'integer', description: 'Duration of the attempt in milliseconds.', example: 12 })
  durationMs!: number;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Status code of the response; null if there was none.',
    example: 204,
  })
  responseStatusCode!: number | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    nullable: true,
    description:
      'Headers of the response, secrets redacted. Null if there was no response. If a delivery has many attempts, the older ones may also have null, because the size of this response is limited.',
    example: { server: 'nginx' },
  })
  responseHeaders!: Record<string, string> | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description:
      'First 16 KiB of the response body. Null under the same conditions as `responseHeaders`, and if the body was empty.',
    example: null,
  })
  responseBody!: string | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Reason why there was no response, e.g. `TIMEOUT`, `DNS_FAILED`; null if there was one.',
    example: null,
  })
  errorCode!: string | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Explanation of `errorCode` for people; null if there was a response.',
    example: null,
  })
  errorMessage!: string | null;

  @ApiProperty({
    enum: ATTEMPT_TRIGGERS,
    description:
      'Cause of the attempt. `SCHEDULE`: the event or its retry schedule. `MANUAL`: a redelivery that was requested. `RECOVERY`: a job that recovers or replays deliveries.',
    example: 'SCHEDULE',
  })
  trigger!: AttemptTrigger;

  @ApiProperty({
    description:
      'True if the attempt does not count: another process had already recorded an attempt with this number, the delivery had ended, or the process crashed during the last attempt of the retry schedule. After such a crash, the attempt is repeated.',
    example: false,
  })
  orphaned!: boolean;
}

/** A delivery with its event and its attempts. A delivery in the log has only the number of attempts. */
@ResponseSchema('DeliveryDetails')
export class DeliveryDetailsDto extends OmitType(DeliveryDto, ['attempts']) {
  @ApiProperty({ type: () => EventDto, description: 'Event that is delivered.' })
  event!: EventDto;

  @ApiProperty({
    type: () => [AttemptDto],
    description: `Attempts, oldest first; at most the last ${MAX_ATTEMPTS_SHOWN}.`,
  })
  attempts!: AttemptDto[];
}

/**
 * A delivery with all its details.
 *
 * @param attempts newest first
 */
export function deliveryDetailsDto(
  delivery: ListedDelivery,
  event: EventEntity,
  attempts: readonly KeptAttempt[],
): DeliveryDetailsDto {
  return {
    ...deliveryDto(delivery),
    event: eventDto(event),
    attempts: withinBudget(attempts.map(attemptDto)).reverse(),
  };
}

/** An event with its body. */
export const eventDto = (event: EventEntity): EventDto => ({
  eventUid: event.eventUid,
  action: event.action,
  body: event.expungedAt === null ? parsed(event.body) : null,
  occurredAt: instant(event.occurredAt ?? event.createdAt),
  sequence: event.id,
});

const attemptDto = ({ startedAt, responseHeaders, ...attempt }: KeptAttempt): AttemptDto => ({
  ...attempt,
  startedAt: instant(startedAt),
  responseHeaders: responseHeaders === null ? null : (JSON.parse(responseHeaders) as Record<string, string>),
});

/** A body that was damaged in the database is shown unchanged, so that the damage can be found. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
