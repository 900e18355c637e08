import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean } from 'class-validator';
import { RequestSchema } from '../openapi/schemas.js';
import { MayBeAbsent } from '../validation/presence.js';

/** The request body of enable. */
@RequestSchema('EnableHttpTransport')
export class EnableHttpTransportDto {
  @ApiPropertyOptional({
    default: false,
    description:
      'If true, a recovery is started as well: deliveries that ended as `FAILED` or `MISSED` since the failures began, or else since the HTTP transport was disabled, are sent again. It has no effect on an HTTP transport that is not disabled.',
    example: true,
  })
  @MayBeAbsent()
  @IsBoolean()
  recover?: boolean;
}
