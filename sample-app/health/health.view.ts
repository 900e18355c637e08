import { ApiProperty } from '@nestjs/swagger';
import type { WebhooksHealthReport } from 'nestjs-tillhook';
import type { AppConfig } from '../config/app-config.js';

/** Health of one process, for a probe and for an operator. */
export class HealthView {
  @ApiProperty({ enum: ['ok', 'degraded', 'down'], example: 'ok' })
  status!: WebhooksHealthReport['status'];

  @ApiProperty({ type: 'integer', example: 4711, description: 'Process id.' })
  pid!: number;

  @ApiProperty({ enum: ['sqlite', 'postgres'], example: 'sqlite' })
  database!: AppConfig['database']['kind'];

  @ApiProperty({ description: 'Whether this process delivers webhooks.', example: true })
  worker!: boolean;

  @ApiProperty({ description: 'Whether this process serves the POS and webhooks routes.', example: true })
  controllers!: boolean;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: "The module's own report, with `reasons` for every status but `ok`.",
    example: { status: 'ok', reasons: [] },
  })
  webhooks!: WebhooksHealthReport;
}
