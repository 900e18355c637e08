import { ApiProperty } from '@nestjs/swagger';
import type { Backlog } from '../../persistence/ports/backlog-store.js';
import type { LaneHolder } from '../../persistence/sql/operator-rows.js';
import { instant } from '../instant.js';
import { ResponseSchema } from '../openapi/schemas.js';
import { StatisticsTotalDto } from '../statistics/statistics.dto.js';
import { DeliveryStopDto } from './stop.dto.js';

/** A count that stops at a bound. */
@ResponseSchema('BoundedCount')
export class BoundedCountDto {
  @ApiProperty({ type: 'integer', minimum: 0, description: 'Number that was counted.', example: 12 })
  value!: number;

  @ApiProperty({ description: 'Whether there may be more, because counting stopped.', example: false })
  isAtLeast!: boolean;
}

const AGE = { type: 'integer', minimum: 0, nullable: true } as const;

/** Work that waits, over all tenants. */
@ResponseSchema('OperationsQueue')
export class OperationsQueueDto implements Backlog {
  @ApiProperty({
    type: () => BoundedCountDto,
    description: 'Number of events that are not matched to webhooks yet. At most 1,000 are counted.',
  })
  events!: BoundedCountDto;

  @ApiProperty({
    ...AGE,
    description:
      'Age of the oldest of these events in ms; null: there is none. If more than 50 tenants have such events, only the events of 50 tenants are compared.',
    example: 41,
  })
  oldestEventMs!: number | null;

  @ApiProperty({
    type: () => BoundedCountDto,
    description: 'Number of due deliveries, including those in flight. At most 10,000 are counted.',
  })
  due!: BoundedCountDto;

  @ApiProperty({
    ...AGE,
    description: 'Time since the oldest due delivery became due, in ms; null: none is due.',
    example: 18_250,
  })
  oldestDueMs!: number | null;

  @ApiProperty({
    ...AGE,
    description:
      'Longest time for which an HTTP transport has had a due delivery while no process works on it, in ms; null: none waits.',
    example: 40,
  })
  unclaimedMs!: number | null;
}

/** A process that delivers. */
@ResponseSchema('DeliveringProcess')
export class DeliveringProcessDto {
  @ApiProperty({
    description: 'Name of the process: host, process id and a random part.',
    example: 'web-7f9c:4711:Zk1b0Uu8Vj3p',
  })
  holder!: string;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    description:
      'Number of lanes that it holds. A lane is the queue of one HTTP transport. At most 1,000 lanes are counted, over all processes.',
    example: 12,
  })
  lanes!: number;

  @ApiProperty({
    format: 'date-time',
    description: 'End of the lease that ends first, unless the process renews it.',
    example: '2026-03-14T09:27:23.589Z',
  })
  firstLeaseUntil!: string;
}

/** State of the whole service. */
@ResponseSchema('OperationsOverview')
export class OperationsOverviewDto {
  @ApiProperty({
    type: () => DeliveryStopDto,
    nullable: true,
    description: 'The stop of all deliveries that is in force; null: there is none.',
  })
  stop!: DeliveryStopDto | null;

  @ApiProperty({ type: () => OperationsQueueDto, description: 'Work that waits.' })
  queue!: OperationsQueueDto;

  @ApiProperty({
    type: () => StatisticsTotalDto,
    description: 'Outcomes of the last 60 minutes, over all tenants.',
  })
  lastHour!: StatisticsTotalDto;

  @ApiProperty({
    type: () => [DeliveringProcessDto],
    description:
      'Processes that hold lanes now, at most 100, those with the most lanes first. A process without work holds none.',
  })
  processes!: DeliveringProcessDto[];
}

export const processDto = ({ holder, lanes, firstLeaseUntil }: LaneHolder): DeliveringProcessDto => ({
  holder,
  lanes,
  firstLeaseUntil: instant(firstLeaseUntil),
});
