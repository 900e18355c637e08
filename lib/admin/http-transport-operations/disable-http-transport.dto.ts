import { ApiPropertyOptional } from '@nestjs/swagger';
import { PLAIN_TEXT_PATTERN, RequestSchema } from '../openapi/schemas.js';
import { MayBeAbsent } from '../validation/presence.js';
import { IsPlainText } from '../validation/text.js';

const MAX_REASON = 64;

/** The request body of disable. */
@RequestSchema('DisableHttpTransport')
export class DisableHttpTransportDto {
  @ApiPropertyOptional({
    minLength: 1,
    maxLength: MAX_REASON,
    pattern: PLAIN_TEXT_PATTERN,
    description:
      'Reason that `disabledReason` shows. Default: `ADMIN`, or the existing reason if the HTTP transport is already disabled.',
    example: 'Moved to another ERP',
  })
  @MayBeAbsent()
  @IsPlainText(1, MAX_REASON)
  reason?: string;
}
