import { ApiProperty } from '@nestjs/swagger';
import { percentile, type Histogram } from '../../domain/histogram.js';
import { GRANULARITIES, type Counts, type Granularity } from '../../domain/statistics.js';
import { instant } from '../instant.js';
import { ResponseSchema } from '../openapi/schemas.js';

/** Percentiles of durations. */
@ResponseSchema('Percentiles')
export class PercentilesDto {
  @ApiProperty({ type: 'integer', description: 'Median in milliseconds.', example: 42 })
  p50!: number;

  @ApiProperty({ type: 'integer', description: '95th percentile in milliseconds.', example: 180 })
  p95!: number;

  @ApiProperty({ type: 'integer', description: '99th percentile in milliseconds.', example: 950 })
  p99!: number;
}

/** Counts of deliveries and attempts. */
export class StatisticCountsDto {
  @ApiProperty({
    type: 'integer',
    description: 'Number of deliveries that ended as `DELIVERED`.',
    example: 1_204,
  })
  delivered!: number;

  @ApiProperty({ type: 'integer', description: 'Number of deliveries that ended as `FAILED`.', example: 3 })
  failed!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Number of failed attempts after which the delivery is retried.',
    example: 17,
  })
  retried!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Number of deliveries that were recorded as `MISSED`.',
    example: 0,
  })
  missed!: number;

  @ApiProperty({
    type: () => PercentilesDto,
    nullable: true,
    description: 'Duration of attempts. The error is at most 10 %. Null: there was no attempt.',
  })
  attemptMs!: PercentilesDto | null;

  @ApiProperty({
    type: () => PercentilesDto,
    nullable: true,
    description:
      'Time from the emit of the event to the end of the attempt that delivered it. Attempts of redeliveries, recoveries and replays are left out. The error is at most 10 %. Null: there was no such attempt.',
  })
  deliveryMs!: PercentilesDto | null;
}

/** Counts of one bucket. */
@ResponseSchema('StatisticsBucket')
export class StatisticsBucketDto extends StatisticCountsDto {
  @ApiProperty({
    format: 'date-time',
    description: 'Start of the bucket.',
    example: '2026-03-14T09:00:00.000Z',
  })
  start!: string;
}

/** Counts of the whole range. */
@ResponseSchema('StatisticsTotal')
export class StatisticsTotalDto extends StatisticCountsDto {}

/** Statistics of a tenant, or of all tenants together. */
@ResponseSchema('Statistics')
export class StatisticsDto {
  @ApiProperty({ enum: Object.keys(GRANULARITIES), description: 'Length of a bucket.', example: 'hour' })
  bucket!: Granularity;

  @ApiProperty({
    type: () => [StatisticsBucketDto],
    description: 'All buckets of the range, oldest first, including those without counts.',
  })
  items!: StatisticsBucketDto[];

  @ApiProperty({ type: () => StatisticsTotalDto, description: 'Counts of the whole range.' })
  total!: StatisticsTotalDto;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    minimum: 0,
    description:
      'Number of deliveries that are `PENDING` now, whatever the range. Null: the request has an `action`, because pending deliveries are not counted by action.',
    example: 12,
  })
  pending!: number | null;
}

export const countsDto = ({
  delivered,
  failed,
  retried,
  missed,
  attempts,
  deliveries,
}: Counts): StatisticCountsDto => ({
  delivered,
  failed,
  retried,
  missed,
  attemptMs: percentilesDto(attempts),
  deliveryMs: percentilesDto(deliveries),
});

export const bucketDto = (start: number, counts: Counts): StatisticsBucketDto => ({
  start: instant(start),
  ...countsDto(counts),
});

function percentilesDto(histogram: Histogram): PercentilesDto | null {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(histogram, share));
  if (p50 === undefined) return null;
  return { p50: Math.round(p50), p95: Math.round(p95!), p99: Math.round(p99!) };
}
