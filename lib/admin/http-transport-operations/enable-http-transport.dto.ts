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
      'If true, a recovery is started as well. It sends again the deliveries that ended as `FAILED` or `MISSED` since `failingSince` or, if that is null, since the HTTP transport was disabled. On an HTTP transport that is not disabled, `recover` has no effect.',
    example: true,
  })
  @MayBeAbsent()
  @IsBoolean()
  recover?: boolean;
}
