import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { TRANSPORT_STATES, type TransportState } from '../../domain/transport-state.js';
import type { SecurityType } from '../../persistence/entities/http-transport.entity.js';
import type { HttpTransportRow } from '../../persistence/repositories/http-transport.repository.js';
import { PagingDto, type PageDto } from '../listing/page.dto.js';
import { instant } from '../instant.js';
import { MASK, masked } from '../masking.js';
import { RateLimitDto } from './http-transport-input.dto.js';
import { SECURITY_TYPES } from './security-type.js';
import { rateLimitOf } from './transport-draft.js';

/** A header as it is shown. */
@ApiSchema({ name: 'HttpTransportHeader' })
export class HeaderDto {
  @ApiProperty({ description: 'The name of the header.', example: 'x-shop' })
  key!: string;

  @ApiProperty({ description: 'Always the mask: values are never shown.', example: MASK })
  value!: typeof MASK;
}

/** An http transport as it is shown: every secret masked. */
@ApiSchema({ name: 'HttpTransport' })
export class HttpTransportDto {
  @ApiProperty({ description: 'Unique within the tenant.', example: 'erp' })
  httpTransportUid!: string;

  @ApiProperty({ description: 'What people call it.', example: 'ERP of the head office' })
  name!: string;

  @ApiProperty({ description: 'Where requests go.', example: 'https://erp.example.com/hooks/pos' })
  url!: string;

  @ApiProperty({
    type: () => [HeaderDto],
    description: 'Sent with each request.',
    example: [{ key: 'x-shop', value: MASK }],
  })
  headers!: HeaderDto[];

  @ApiProperty({
    enum: SECURITY_TYPES,
    description: 'How the receiver authenticates the request.',
    example: 'BASIC_AUTH',
  })
  securityType!: SecurityType;

  @ApiProperty({ type: 'string', nullable: true, description: 'For `BASIC_AUTH`.', example: 'shop-70' })
  username!: string | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'The mask when a password is stored.',
    example: MASK,
  })
  password!: typeof MASK | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'The mask when a token is stored.',
    example: null,
  })
  token!: typeof MASK | null;

  @ApiProperty({
    enum: TRANSPORT_STATES,
    description:
      '`ACTIVE` delivers. `PAUSED` holds what is due. `DISABLED` sends nothing; what is emitted meanwhile is logged as `MISSED`.',
    example: 'ACTIVE',
  })
  state!: TransportState;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description:
      'Why it is disabled. `GONE`: the receiver answered 410. `FAILING`: every attempt had failed for too long. `ADMIN`, or the reason that was given: somebody disabled it.',
    example: null,
  })
  disabledReason!: string | null;

  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description: 'When the present run of failures began; null while it is healthy.',
    example: null,
  })
  failingSince!: string | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Deadline of one request in milliseconds; null: the default of the module.',
    example: null,
  })
  timeoutMs!: number | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Requests in flight at one time; null: the default of the module.',
    example: 8,
  })
  maxConcurrency!: number | null;

  @ApiProperty({ type: () => RateLimitDto, nullable: true, description: 'null: no limit.' })
  rateLimit!: RateLimitDto | null;

  @ApiProperty({
    type: 'array',
    items: { type: 'integer' },
    nullable: true,
    description:
      'Seconds to wait after the first, second, … failed attempt; null: the default of the module.',
    example: [5, 300, 1_800],
  })
  retryScheduleSeconds!: number[] | null;

  @ApiProperty({
    format: 'date-time',
    description: 'When it was created.',
    example: '2026-03-14T09:26:53.589Z',
  })
  createdAt!: string;

  @ApiProperty({
    format: 'date-time',
    description: 'When its settings were changed last.',
    example: '2026-03-14T09:26:53.589Z',
  })
  lastModifiedAt!: string;
}

/** The answer to create, and to a rotation of the signing secret. */
@ApiSchema({ name: 'CreatedHttpTransport' })
export class CreatedHttpTransportDto extends HttpTransportDto {
  @ApiProperty({
    description: 'Verifies the signatures (Standard Webhooks). Shown here and never again: keep it.',
  })
  signingSecret!: string;
}

/** A page of transports. */
@ApiSchema({ name: 'HttpTransportList' })
export class HttpTransportListDto implements PageDto<HttpTransportDto> {
  @ApiProperty({ type: () => [HttpTransportDto], description: 'The transports of this page.' })
  items!: HttpTransportDto[];

  @ApiProperty({ type: () => PagingDto, description: 'Where this page stands.' })
  paging!: PagingDto;
}

/** A transport as it is shown. */
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
