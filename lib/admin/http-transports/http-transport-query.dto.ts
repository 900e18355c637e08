import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn } from 'class-validator';
import { TRANSPORT_STATES, type TransportState } from '../../domain/transport-state.js';
import {
  HTTP_TRANSPORT_SORT_KEYS,
  type HttpTransportFilter,
} from '../../persistence/repositories/http-transport.repository.js';
import { ApiPageQuery, pageQueryOf } from '../listing/page-query.dto.js';
import { ApiOptionalQuery } from '../openapi/api-docs.js';
import { PLAIN_TEXT_PATTERN } from '../openapi/schemas.js';
import { MayBeAbsent } from '../validation/presence.js';
import { IsPlainText } from '../validation/text.js';

const SORTING = [HTTP_TRANSPORT_SORT_KEYS, 'createdAt'] as const;
const MAX_SEARCH = 255;
const FLAGS: Readonly<Record<string, boolean>> = { true: true, false: false };

/** The query parameters of the list of transports. */
export class HttpTransportQueryDto extends pageQueryOf(...SORTING) implements HttpTransportFilter {
  @MayBeAbsent()
  @IsIn(TRANSPORT_STATES)
  state?: TransportState;

  @MayBeAbsent()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? (FLAGS[value] ?? value) : value))
  @IsBoolean()
  failing?: boolean;

  @MayBeAbsent()
  @IsPlainText(1, MAX_SEARCH)
  search?: string;
}

/** Documents `HttpTransportQueryDto`. */
export const ApiHttpTransportQuery = (): MethodDecorator =>
  applyDecorators(
    ApiPageQuery(...SORTING),
    ApiOptionalQuery('state', 'Filter by state.', {
      type: 'string',
      enum: [...TRANSPORT_STATES],
      example: 'DISABLED',
    }),
    ApiOptionalQuery(
      'failing',
      '`true`: only active HTTP transports whose last attempts failed. `false`, the default: all.',
      {
        type: 'string',
        enum: ['true', 'false'],
        example: 'true',
      },
    ),
    ApiOptionalQuery(
      'search',
      'Filter by text that the uid, the name or the URL contains. The search ignores the case of the letters A to Z.',
      {
        type: 'string',
        pattern: PLAIN_TEXT_PATTERN,
        minLength: 1,
        maxLength: MAX_SEARCH,
        example: 'erp',
      },
    ),
  );
