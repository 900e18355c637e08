import { ApiProperty } from '@nestjs/swagger';
import { TRANSPORT_STATES, type TransportState } from '../../domain/transport-state.js';
import type { FailingTransport } from '../../persistence/sql/operator-rows.js';
import { instant } from '../instant.js';
import { CursorPagingDto } from '../listing/cursor-paging.dto.js';
import { ResponseSchema } from '../openapi/schemas.js';

/** An HTTP transport whose attempts have failed since its last success. */
@ResponseSchema('FailingTransport')
export class FailingTransportDto {
  @ApiProperty({ description: 'Tenant that it belongs to.', example: '7' })
  tenantUid!: string;

  @ApiProperty({ description: 'Uid of the HTTP transport.', example: 'erp' })
  httpTransportUid!: string;

  @ApiProperty({ description: 'Name of the HTTP transport.', example: 'ERP of the head office' })
  name!: string;

  @ApiProperty({
    description: 'Scheme, host and port of its URL. The path is left out, because it may contain secrets.',
    example: 'https://erp.example.com',
  })
  origin!: string;

  @ApiProperty({ enum: TRANSPORT_STATES, description: 'State of the HTTP transport.', example: 'ACTIVE' })
  state!: TransportState;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Reason why it is disabled; null: it is not disabled.',
    example: null,
  })
  disabledReason!: string | null;

  @ApiProperty({
    format: 'date-time',
    description: 'Time of the first failed attempt since the last success.',
    example: '2026-03-13T21:04:11.000Z',
  })
  failingSince!: string;

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    description:
      'Number of failures in a row that the circuit has counted. The circuit pauses requests to a receiver that keeps failing.',
    example: 12,
  })
  consecutiveFailures!: number;

  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description:
      'Time until which nothing is sent, because requests are paused after repeated failures, or after a response with 429, 502, 503 or 504; null: requests are not paused.',
    example: null,
  })
  blockedUntil!: string | null;

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    description: 'Number of deliveries that succeeded in the last 24 hours.',
    example: 0,
  })
  delivered!: number;

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    description: 'Number of deliveries that failed permanently in the last 24 hours.',
    example: 3,
  })
  failed!: number;

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    description: 'Number of attempts in the last 24 hours that failed and are followed by a retry.',
    example: 112,
  })
  retried!: number;
}

/** A page of failing HTTP transports. */
@ResponseSchema('FailingTransportList')
export class FailingTransportListDto {
  @ApiProperty({
    type: () => [FailingTransportDto],
    description: 'HTTP transports of this page, those that have been failing for the longest time first.',
  })
  items!: FailingTransportDto[];

  @ApiProperty({
    type: () => CursorPagingDto,
    description: 'Position of this page, and the cursor of the next one.',
  })
  paging!: CursorPagingDto;
}

/** @param now ms since the epoch on the database's clock */
export const failingTransportDto = (
  { id: _id, failingSince, blockedUntil, ...transport }: FailingTransport,
  now: number,
): FailingTransportDto => ({
  ...transport,
  failingSince: instant(failingSince),
  blockedUntil: blockedUntil > now ? instant(blockedUntil) : null,
});
