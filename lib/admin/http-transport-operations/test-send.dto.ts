import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import type { TestSendResult } from '../../operations/test-sender.js';
import { MayBeAbsent } from '../validation/presence.js';

/** The body of a test send. */
@ApiSchema({ name: 'TestHttpTransport' })
export class TestSendDto {
  @ApiPropertyOptional({
    maxLength: 64,
    description:
      'The action whose example is sent (see webhookactions). Default: one that the oldest webhook of the http transport listens to.',
    example: 'ORDER_SETTLED',
  })
  @MayBeAbsent()
  @IsString()
  @MaxLength(64)
  action?: string;
}

/** What came of a test send. */
@ApiSchema({ name: 'HttpTransportTestResult' })
export class TestSendResultDto implements TestSendResult {
  @ApiProperty({ description: 'Whether the receiver answered with 2xx.', example: true })
  delivered!: boolean;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'The status of the answer; null when there was none.',
    example: 204,
  })
  responseStatusCode!: number | null;

  @ApiProperty({
    type: 'integer',
    description:
      'How long it took, in milliseconds. For what failed before there was a connection, in whole seconds.',
    example: 87,
  })
  durationMs!: number;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description:
      'Why there was no answer, e.g. `TIMEOUT`, `DNS_FAILED`, `CONNECT_FAILED`, `TLS_FAILED`; null when there was one.',
    example: null,
  })
  errorCode!: string | null;
}
