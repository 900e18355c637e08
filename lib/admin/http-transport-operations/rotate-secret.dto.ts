import { ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsNumber, Max, Min } from 'class-validator';
import { SigningSecretField } from '../http-transports/http-transport-bodies.dto.js';
import { MayBeAbsent } from '../validation/presence.js';

const SEVEN_DAYS_HOURS = 168;

/** The body of rotatesecret. */
@ApiSchema({ name: 'RotateSigningSecret' })
export class RotateSecretDto {
  @ApiPropertyOptional({
    minimum: 0,
    maximum: SEVEN_DAYS_HOURS,
    default: 24,
    description:
      'For how many hours the present secrets go on signing beside the new one, so that the receiver can change over in its own time. 0: the new one alone signs from now on.',
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
