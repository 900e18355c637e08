import { ApiProperty, ApiSchema, OmitType } from '@nestjs/swagger';
import { ATTEMPT_TRIGGERS, type AttemptTrigger } from '../../domain/delivery-status.js';
import type { KeptAttempt, ListedDelivery } from '../../persistence/delivery-store.js';
import type { EventEntity } from '../../persistence/entities/event.entity.js';
import { instant } from '../instant.js';
import { DeliveryDto, deliveryDto } from './delivery.dto.js';
import { withinBudget } from './within-budget.js';

/** More can only come from asking for redelivery again and again. */
export const MAX_ATTEMPTS_SHOWN = 100;

/** What was emitted. */
@ApiSchema({ name: 'WebhookEvent' })
export class EventDto {
  @ApiProperty({
    description: 'Also the header `webhook-id`.',
    example: '0195a1c2-7d3e-7f4a-8b5c-6d7e8f901a2b',
  })
  eventUid!: string;

  @ApiProperty({ description: 'Its action.', example: 'ORDER_SETTLED' })
  action!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'The body of every request, parsed. What is signed is its text as it is sent.',
    example: { action: 'ORDER_SETTLED', tenant: { Id: 7, Uid: '7' }, order: { Id: 7123, Uid: '700' } },
  })
  body!: unknown;

  @ApiProperty({ format: 'date-time', description: 'When it happened.', example: '2026-03-14T09:26:53.589Z' })
  occurredAt!: string;

  @ApiProperty({
    type: 'integer',
    description: 'Rises with each event of the tenant; also the header `x-webhook-sequence`.',
    example: 7123,
  })
  sequence!: number;
}

/** One request. */
@ApiSchema({ name: 'WebhookAttempt' })
export class AttemptDto {
  @ApiProperty({ type: 'integer', description: 'From 1; also the header `x-webhook-attempt`.', example: 1 })
  number!: number;

  @ApiProperty({ format: 'date-time', description: 'When it began.', example: '2026-03-14T09:26:53.600Z' })
  startedAt!: string;

  @ApiProperty({ type: 'integer', description: 'How long it took, in milliseconds.', example: 12 })
  durationMs!: number;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'The status of the answer; null when there was none.',
    example: 204,
  })
  responseStatusCode!: number | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    nullable: true,
    description: 'The headers of the answer, secrets redacted.',
    example: { server: 'nginx' },
  })
  responseHeaders!: Record<string, string> | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description:
      'The first 16 KiB of the answer. Left out (null) for older attempts when the answers together would be too much.',
    example: '',
  })
  responseBody!: string | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Why there was no answer, e.g. `TIMEOUT`, `DNS_FAILED`.',
    example: null,
  })
  errorCode!: string | null;

  @ApiProperty({ type: 'string', nullable: true, description: 'The same for people.', example: null })
  errorMessage!: string | null;

  @ApiProperty({ enum: ATTEMPT_TRIGGERS, description: 'What caused it.', example: 'SCHEDULE' })
  trigger!: AttemptTrigger;

  @ApiProperty({
    description: 'True when it decided nothing, since another process had moved the delivery on.',
    example: false,
  })
  orphaned!: boolean;
}

/** A delivery with its event and its attempts, which the list only counts. */
@ApiSchema({ name: 'WebhookDeliveryDetails' })
export class DeliveryDetailsDto extends OmitType(DeliveryDto, ['attempts']) {
  @ApiProperty({ type: () => EventDto, description: 'What is delivered.' })
  event!: EventDto;

  @ApiProperty({
    type: () => [AttemptDto],
    description: `The requests, oldest first; at most the last ${MAX_ATTEMPTS_SHOWN}.`,
  })
  attempts!: AttemptDto[];
}

/**
 * A delivery with everything that is known of it.
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
    event: {
      eventUid: event.eventUid,
      action: event.action,
      body: parsed(event.body),
      occurredAt: instant(event.occurredAt ?? event.createdAt),
      sequence: event.id,
    },
    attempts: withinBudget(attempts.map(attemptDto)).reverse(),
  };
}

const attemptDto = ({ startedAt, responseHeaders, ...attempt }: KeptAttempt): AttemptDto => ({
  ...attempt,
  startedAt: instant(startedAt),
  responseHeaders: responseHeaders === null ? null : (JSON.parse(responseHeaders) as Record<string, string>),
});

/** A body that somebody damaged in the database is shown as it is, so that it can be found. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
