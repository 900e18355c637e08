import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ResponseSchema } from '../openapi/schemas.js';
import { MOST_PENDING_COUNTED } from '../../persistence/repositories/usage.repository.js';

/** A quota, and how much of it the tenant uses. */
@ResponseSchema('Quota')
export class QuotaDto {
  @ApiProperty({ type: 'integer', minimum: 0, description: 'Current usage.', example: 12 })
  used!: number;

  @ApiPropertyOptional({
    type: 'boolean',
    enum: [true],
    description:
      'Present, and `true`, if counting stopped at `used`: the tenant has that many or more. Otherwise `used` is the exact number.',
    example: true,
  })
  isAtLeast?: true;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    description: 'Upper limit.',
    example: 1_000,
  })
  limit!: number;
}

/** The quotas of a tenant. */
@ResponseSchema('Quotas')
export class QuotasDto {
  @ApiProperty({
    type: () => QuotaDto,
    description: 'HTTP transports. At the limit, creating another one is refused with 409 `QUOTA_EXCEEDED`.',
  })
  transports!: QuotaDto;

  @ApiProperty({
    type: () => QuotaDto,
    description:
      'Webhooks, over all HTTP transports. At the limit, creating another one is refused with 409 `QUOTA_EXCEEDED`.',
  })
  webhooks!: QuotaDto;

  @ApiProperty({
    type: () => QuotaDto,
    description:
      'Deliveries with status `PENDING`, over all HTTP transports. Beyond the limit, new deliveries are recorded as ' +
      `\`MISSED\` (\`QUOTA_EXCEEDED\`). Pending deliveries are counted up to ${MOST_PENDING_COUNTED.toLocaleString('en-US')}: if there are that many or more, ` +
      '`isAtLeast` is `true`.',
  })
  pendingDeliveries!: QuotaDto;
}
