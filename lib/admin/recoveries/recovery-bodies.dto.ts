import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsBoolean, IsIn, Matches } from 'class-validator';
import { ACTION_NAME_PATTERN } from '../../domain/action-catalog.js';
import { RECOVERABLE_STATUSES, type RecoverableStatus } from '../../domain/recovery.js';
import { UID_KEYWORDS } from '../openapi/api-docs.js';
import { RequestSchema } from '../openapi/schemas.js';
import { MayBeAbsent } from '../validation/presence.js';
import { InstantValue } from '../validation/query-values.js';
import { IsUid } from '../validation/text.js';

const MOST_ACTIONS = 100;

/** The members that recover and replay share. Instants are converted to milliseconds since the epoch. */
export abstract class RecoveryInputDto {
  @ApiProperty({
    type: 'string',
    format: 'date-time',
    description:
      'Start of the period, inclusive. Recover: deliveries that ended at this time or later. Replay: events that were emitted at this time or later. ISO 8601 with seconds and an offset. Must not be in the future.',
    example: '2026-03-14T09:00:00Z',
  })
  @InstantValue()
  since!: number;

  @ApiPropertyOptional({
    type: 'string',
    format: 'date-time',
    description:
      'End of the period, inclusive. Recover: deliveries that were created at this time or earlier. Replay: events that were emitted at this time or earlier. ISO 8601 with seconds and an offset. Must not be before `since` or in the future. Default: now.',
    example: '2026-03-14T12:00:00Z',
  })
  @MayBeAbsent()
  @InstantValue()
  until?: number;

  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'string', pattern: ACTION_NAME_PATTERN.source, minLength: 1, maxLength: 64 },
    minItems: 1,
    maxItems: MOST_ACTIONS,
    uniqueItems: true,
    description: 'Only events with one of these actions. Default: all.',
    example: ['ORDER_SETTLED'],
  })
  @MayBeAbsent()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_ACTIONS)
  @ArrayUnique()
  @Matches(ACTION_NAME_PATTERN, {
    each: true,
    message: 'each of actions must be 1 to 64 of the characters A-Z, 0-9 and "_"',
  })
  actions?: string[];

  @ApiPropertyOptional({
    default: false,
    description:
      'If true, nothing is sent: the response is 200 with the number of deliveries that would be sent, and a sample.',
    example: false,
  })
  @MayBeAbsent()
  @IsBoolean()
  dryRun?: boolean;
}

/** The request body of recover. */
@RequestSchema('RecoverDeliveries')
export class RecoverDto extends RecoveryInputDto {
  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'string', enum: [...RECOVERABLE_STATUSES] },
    minItems: 1,
    maxItems: RECOVERABLE_STATUSES.length,
    uniqueItems: true,
    description: 'Statuses of the deliveries to recover. Default: both.',
    example: ['FAILED', 'MISSED'],
  })
  @MayBeAbsent()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(RECOVERABLE_STATUSES.length)
  @ArrayUnique()
  @IsIn(RECOVERABLE_STATUSES, { each: true })
  statuses?: RecoverableStatus[];
}

/** The request body of replay. */
@RequestSchema('ReplayEvents')
export class ReplayDto extends RecoveryInputDto {
  @ApiPropertyOptional({
    ...UID_KEYWORDS,
    description:
      'Only events that this webhook of the HTTP transport matches. Default: events that any of its enabled webhooks matches.',
    example: 'erp-orders',
  })
  @MayBeAbsent()
  @IsUid()
  webhookUid?: string;
}
