import { ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { MayBeAbsent } from '../validation/presence.js';
import { IsPlainText } from '../validation/text.js';

const MAX_REASON = 64;

/** The body of disable. */
@ApiSchema({ name: 'DisableHttpTransport' })
export class DisableHttpTransportDto {
  @ApiPropertyOptional({
    maxLength: MAX_REASON,
    description:
      'Why, as `disabledReason` will show it. Default: `ADMIN`; a transport that is disabled already keeps its reason.',
    example: 'Moved to another ERP',
  })
  @MayBeAbsent()
  @IsPlainText(1, MAX_REASON)
  reason?: string;
}
