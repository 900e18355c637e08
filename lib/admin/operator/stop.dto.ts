import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { MAX_STOP_REASON, type DeliveryStop } from '../../domain/delivery-stop.js';
import { instant } from '../instant.js';
import { PLAIN_TEXT_PATTERN, RequestSchema, ResponseSchema } from '../openapi/schemas.js';
import { MayBeAbsent } from '../validation/presence.js';
import { IsPlainText } from '../validation/text.js';

/** The request body of the global stop. */
@RequestSchema('StopDeliveries')
export class StopDeliveriesDto {
  @ApiPropertyOptional({
    minLength: 1,
    maxLength: MAX_STOP_REASON,
    pattern: PLAIN_TEXT_PATTERN,
    description:
      'Reason, shown in the overview, in health, in the log and in the audit. Default: none. If deliveries are already stopped, the first reason is kept.',
    example: 'A release sent wrong totals',
  })
  @MayBeAbsent()
  @IsPlainText(1, MAX_STOP_REASON)
  reason?: string;
}

/** A stop of all deliveries that is in force. */
@ResponseSchema('DeliveryStop')
export class DeliveryStopDto {
  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description: 'When deliveries were stopped; null if it is not known.',
    example: '2026-03-14T09:26:53.589Z',
  })
  stoppedAt!: string | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Who stopped them, as the access policy names its operators; null if it is not known.',
    example: 'ops:42',
  })
  actor!: string | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Reason; null if none was given.',
    example: 'A release sent wrong totals',
  })
  reason!: string | null;
}

/** Whether deliveries are stopped. */
@ResponseSchema('DeliveryStopState')
export class DeliveryStopStateDto {
  @ApiProperty({
    type: () => DeliveryStopDto,
    nullable: true,
    description: 'The stop that is in force; null: deliveries are not stopped.',
  })
  stop!: DeliveryStopDto | null;
}

export const stopStateDto = (stop: DeliveryStop | undefined): DeliveryStopStateDto => ({
  stop: stop ? { stoppedAt: instant(stop.at), actor: stop.actor, reason: stop.reason } : null,
});
