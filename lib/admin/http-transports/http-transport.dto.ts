import { ApiProperty } from '@nestjs/swagger';
import { TRANSPORT_STATES, type TransportState } from '../../domain/transport-state.js';
import type { HttpTransportRow } from '../../persistence/repositories/http-transport.repository.js';
import { instant } from '../instant.js';
import { PagingDto, type PageDto } from '../listing/page.dto.js';
import { ResponseSchema } from '../openapi/schemas.js';
import { HttpTransportSettingsDto, httpTransportSettingsDto } from './http-transport-settings.dto.js';

/** An HTTP transport as the API returns it: every secret masked. */
@ResponseSchema('HttpTransport')
export class HttpTransportDto extends HttpTransportSettingsDto {
  @ApiProperty({ description: 'Uid of the transport, unique within the tenant.', example: 'erp' })
  httpTransportUid!: string;

  @ApiProperty({ description: 'Display name.', example: 'ERP of the head office' })
  name!: string;

  @ApiProperty({ description: 'Target of the requests.', example: 'https://erp.example.com/hooks/pos' })
  url!: string;

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
      'Reason why the transport is disabled; null if it is not. `GONE`: the receiver responded with 410. `FAILING`: all attempts failed for a time that this service sets, usually 120 hours. `ADMIN`, or the given reason: an admin disabled it.',
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
    format: 'date-time',
    description: 'Time of creation.',
    example: '2026-03-14T09:26:53.589Z',
  })
  createdAt!: string;

  @ApiProperty({
    format: 'date-time',
    description: 'Time of the last change of the settings or the state.',
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
    ...httpTransportSettingsDto(transport),
    state: transport.state,
    disabledReason: transport.disabledReason,
    failingSince: instant(transport.failingSince),
    createdAt: instant(transport.createdAt),
    lastModifiedAt: instant(transport.lastModifiedAt),
  };
}
