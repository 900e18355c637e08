import { ApiProperty, ApiSchema } from '@nestjs/swagger';

/** A quota, and how much of it is used. */
@ApiSchema({ name: 'WebhookQuota' })
export class QuotaDto {
  @ApiProperty({ type: 'integer', minimum: 0, description: 'How many there are.', example: 12 })
  used!: number;

  @ApiProperty({ type: 'integer', minimum: 1, description: 'How many there may be.', example: 1_000 })
  limit!: number;
}

/** The quotas of a tenant. */
@ApiSchema({ name: 'WebhookQuotas' })
export class QuotasDto {
  @ApiProperty({ type: () => QuotaDto, description: 'Http transports. One more is refused.' })
  transports!: QuotaDto;

  @ApiProperty({
    type: () => QuotaDto,
    description: 'Webhooks, over all http transports. One more is refused.',
  })
  webhooks!: QuotaDto;

  @ApiProperty({
    type: () => QuotaDto,
    description:
      'Deliveries that are `PENDING`, over all http transports. What is emitted beyond is logged as `MISSED` (`QUOTA_EXCEEDED`). A delivery that ends is counted for up to two seconds more.',
  })
  pendingDeliveries!: QuotaDto;
}
