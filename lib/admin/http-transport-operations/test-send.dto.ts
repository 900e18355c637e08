import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { RequestSchema, ResponseSchema } from '../openapi/schemas.js';
import { IsString, MaxLength } from 'class-validator';
import type { SampleSendResult } from '../../operations/http-transports/sample-sender.js';
import { ACTION_NAME_PATTERN } from '../../domain/action-catalog.js';
import { MayBeAbsent } from '../validation/presence.js';

/** The request body of a test send. */
@RequestSchema('TestHttpTransport')
export class TestSendDto {
  @ApiPropertyOptional({
    pattern: ACTION_NAME_PATTERN.source,
    minLength: 1,
    maxLength: 64,
    description:
      'Action whose example is sent (see `webhookactions`). Default: the first action of the catalog that the oldest webhook of the HTTP transport subscribes to; without a webhook, the first action of the catalog.',
    example: 'ORDER_SETTLED',
  })
  @MayBeAbsent()
  @IsString()
  @MaxLength(64)
  action?: string;
}

/** Result of a test send. */
@ResponseSchema('HttpTransportTestResult')
export class TestSendResultDto implements SampleSendResult {
  @ApiProperty({ description: 'Whether the receiver responded with 2xx.', example: true })
  delivered!: boolean;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Status code of the response; null if there was none.',
    example: 204,
  })
  responseStatusCode!: number | null;

  @ApiProperty({
    type: 'integer',
    description:
      'Duration in milliseconds, rounded up to whole seconds if `errorCode` is `DNS_FAILED` or `CONNECT_FAILED`.',
    example: 87,
  })
  durationMs!: number;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description:
      'Reason why there was no response, e.g. `TIMEOUT`, `DNS_FAILED`, `CONNECT_FAILED`, `TLS_FAILED`; null if there was one.',
    example: null,
  })
  errorCode!: string | null;
}
