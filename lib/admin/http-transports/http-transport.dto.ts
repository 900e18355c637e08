import { ApiProperty } from '@nestjs/swagger';
import { ResponseSchema } from '../openapi/schemas.js';
import { rateLimitOf } from '../../domain/rate-window.js';
import { TRANSPORT_STATES, type TransportState } from '../../domain/transport-state.js';
import type { SecurityType } from '../../persistence/entities/http-transport.entity.js';
import type { HttpTransportRow } from '../../persistence/repositories/http-transport.repository.js';
import { PagingDto, type PageDto } from '../listing/page.dto.js';
import { instant } from '../instant.js';
import { MASK, masked } from '../masking.js';
import { RateLimitDto } from './http-transport-input.dto.js';
import { SECURITY_TYPES } from './security-type.js';

/** A header as the API returns it. */
@ResponseSchema('HttpTransportHeader')
export class HeaderDto {
  @ApiProperty({ description: 'Name of the header.', example: 'x-shop' })
  key!: string;

  @ApiProperty({
    type: 'string',
    description: 'Always the mask `********`: values are never shown.',
    example: MASK,
  })
  value!: typeof MASK;
}

/** An HTTP transport as the API returns it: every secret masked. */
@ResponseSchema('HttpTransport')
export class HttpTransportDto {
  @ApiProperty({ description: 'Uid of the transport, unique within the tenant.', example: 'erp' })
  httpTransportUid!: string;

  @ApiProperty({ description: 'Display name.', example: 'ERP of the head office' })
  name!: string;

  @ApiProperty({ description: 'Target of the requests.', example: 'https://erp.example.com/hooks/pos' })
  url!: string;

  @ApiProperty({
    type: () => [HeaderDto],
    description: 'Headers sent with each request, values masked.',
    example: [{ key: 'x-shop', value: MASK }],
  })
  headers!: HeaderDto[];

  @ApiProperty({
    enum: SECURITY_TYPES,
    description: 'How the receiver authenticates the request.',
    example: 'BASIC_AUTH',
  })
  securityType!: SecurityType;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'User name for `BASIC_AUTH`; null if there is none.',
    example: 'shop-70',
  })
  username!: string | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'The mask `********` if a password is stored, otherwise null.',
    example: MASK,
  })
  password!: typeof MASK | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'The mask `********` if a token is stored, otherwise null.',
    example: null,
  })
  token!: typeof MASK | null;

  @ApiProperty({
    enum: TRANSPORT_STATES,
    description:
      '`ACTIVE`: deliveries are sent. `PAUSED`: deliveries are kept and sent after `resume`. `DISABLED`: nothing is sent, and new events are logged as `MISSED`.',
    example: 'ACTIVE',
  })
  state!: TransportState;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description:
      'Reason why the transport is disabled; null if it is not. `GONE`: the receiver responded with 410. `FAILING`: all attempts failed for too long. `ADMIN`, or the given reason: an admin disabled it.',
    example: null,
  })
  disabledReason!: string | null;

  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description: 'Start of the current series of failed attempts; null if there is none.',
    example: null,
  })
  failingSince!: string | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Deadline of one request in milliseconds; null: the default of this service.',
    example: null,
  })
  timeoutMs!: number | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Maximum number of requests in flight; null: the default of this service.',
    example: 8,
  })
  maxConcurrency!: number | null;

  @ApiProperty({
    type: () => RateLimitDto,
    nullable: true,
    description: 'Maximum number of requests in a window of time; null: no limit.',
  })
  rateLimit!: RateLimitDto | null;

  @ApiProperty({
    type: 'array',
    items: { type: 'integer' },
    nullable: true,
    description:
      'Seconds to wait after the first, second, … failed attempt; null: the default of this service.',
    example: [5, 300, 1_800],
  })
  retryScheduleSeconds!: number[] | null;

  @ApiProperty({
    format: 'date-time',
    description: 'Time of creation.',
    example: '2026-03-14T09:26:53.589Z',
  })
  createdAt!: string;

  @ApiProperty({
    format: 'date-time',
    description: 'Time of the last change of the settings.',
    example: '2026-03-14T09:26:53.589Z',
  })
  lastModifiedAt!: string;
}

/** The response to creating a transport or rotating its signing secret. */
@ResponseSchema('CreatedHttpTransport')
export class CreatedHttpTransportDto extends HttpTransportDto {
  @ApiProperty({
    description:
      'Secret with which the receiver verifies signatures (Standard Webhooks): `whsec_` followed by base64. No other response shows it, so store it now.',
  })
  signingSecret!: string;
}

/** A page of transports. */
@ResponseSchema('HttpTransportList')
export class HttpTransportListDto implements PageDto<HttpTransportDto> {
  @ApiProperty({ type: () => [HttpTransportDto], description: 'Transports of this page.' })
  items!: HttpTransportDto[];

  @ApiProperty({ type: () => PagingDto, description: 'Position of this page.' })
  paging!: PagingDto;
}

/** A transport as the API returns it. */
export function httpTransportDto(transport: HttpTransportRow): HttpTransportDto {
  return {
    httpTransportUid: transport.httpTransportUid,
    name: transport.name,
    url: transport.url,
    headers: transport.headers.map(({ key, value }) => ({ key, value: masked(value) })),
    securityType: transport.securityType,
    username: transport.username,
    password: masked(transport.password),
    token: masked(transport.token),
    state: transport.state,
    disabledReason: transport.disabledReason,
    failingSince: instant(transport.failingSince),
    timeoutMs: transport.timeoutMs,
    maxConcurrency: transport.maxConcurrency,
    rateLimit: rateLimitOf(transport),
    retryScheduleSeconds: transport.retryScheduleSeconds,
    createdAt: instant(transport.createdAt),
    lastModifiedAt: instant(transport.lastModifiedAt),
  };
}
