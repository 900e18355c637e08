import { ApiPropertyOptional } from '@nestjs/swagger';
import { RequestSchema } from '../openapi/schemas.js';
import { IsNumber, Max, Min } from 'class-validator';
import { SigningSecretField } from '../http-transports/http-transport-bodies.dto.js';
import { MayBeAbsent } from '../validation/presence.js';

const SEVEN_DAYS_HOURS = 168;

/** The request body of rotatesecret. */
@RequestSchema('RotateSigningSecret')
export class RotateSecretDto {
  @ApiPropertyOptional({
    minimum: 0,
    maximum: SEVEN_DAYS_HOURS,
    default: 24,
    description:
      'Number of hours for which requests are also signed with the previous secrets, so that the receiver has time to switch. 0: requests are signed with the new secret only.',
    example: 24,
  })
  @MayBeAbsent()
  @IsNumber()
  @Min(0)
  @Max(SEVEN_DAYS_HOURS)
  overlapHours?: number;

  @SigningSecretField()
  signingSecret?: string;
}
