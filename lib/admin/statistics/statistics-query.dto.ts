import { applyDecorators } from '@nestjs/common';
import { IsIn, Matches } from 'class-validator';
import { ACTION_NAME_PATTERN } from '../../domain/action-catalog.js';
import { GRANULARITIES, type Granularity } from '../../domain/statistics.js';
import { ApiOptionalQuery, uidSchema } from '../openapi/api-docs.js';
import { MayBeAbsent } from '../validation/presence.js';
import { InstantValue } from '../validation/query-values.js';
import { IsUid } from '../validation/text.js';

/** Maximum number of buckets in a response. */
export const MOST_BUCKETS = 10_000;
const BUCKETS = Object.keys(GRANULARITIES) as Granularity[];

/** The range of statistics. */
export class StatisticsRangeDto {
  @MayBeAbsent()
  @InstantValue()
  from?: number;

  @MayBeAbsent()
  @InstantValue()
  to?: number;

  @MayBeAbsent()
  @IsIn(BUCKETS)
  bucket: Granularity = 'hour';
}

/** The query parameters of a tenant's statistics. */
export class StatisticsQueryDto extends StatisticsRangeDto {
  @MayBeAbsent()
  @IsUid()
  httpTransportUid?: string;

  @MayBeAbsent()
  @Matches(ACTION_NAME_PATTERN, { message: 'action must be 1 to 64 of the characters A-Z, 0-9 and "_"' })
  action?: string;
}

const INSTANT = { type: 'string', format: 'date-time' } as const;

/** Documents `StatisticsRangeDto`. */
export const ApiStatisticsRange = (): MethodDecorator =>
  applyDecorators(
    ApiOptionalQuery(
      'from',
      'Start of the range: ISO 8601 with seconds and an offset. The first bucket contains it. Default: 24 hours before `to`.',
      { ...INSTANT, example: '2026-03-14T00:00:00Z' },
    ),
    ApiOptionalQuery(
      'to',
      'End of the range, exclusive: ISO 8601 with seconds and an offset. Default: now.',
      {
        ...INSTANT,
        example: '2026-03-15T00:00:00Z',
      },
    ),
    ApiOptionalQuery(
      'bucket',
      `Length of a bucket. Minutes are kept for 3 days, hours for 92 days, days (UTC) for 800 days. At most ${MOST_BUCKETS.toLocaleString('en-US')} buckets.`,
      { type: 'string', enum: [...BUCKETS], default: 'hour', example: 'hour' },
    ),
  );

/** Documents `StatisticsQueryDto`. */
export const ApiStatisticsQuery = (): MethodDecorator =>
  applyDecorators(
    ApiStatisticsRange(),
    ApiOptionalQuery(
      'httpTransportUid',
      'Filter by HTTP transport, including deleted ones with this uid.',
      uidSchema('erp'),
    ),
    ApiOptionalQuery('action', 'Filter by action.', {
      type: 'string',
      pattern: ACTION_NAME_PATTERN.source,
      minLength: 1,
      maxLength: 64,
      example: 'ORDER_SETTLED',
    }),
  );
