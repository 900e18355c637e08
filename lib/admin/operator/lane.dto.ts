import { ApiProperty } from '@nestjs/swagger';
import type { ListedLane } from '../../persistence/sql/operator-rows.js';
import { instant } from '../instant.js';
import { CursorPagingDto } from '../listing/cursor-paging.dto.js';
import { ResponseSchema } from '../openapi/schemas.js';

/** Who works on a lane. `EXPIRED`: the lease of its holder has ended, and no process has claimed the lane since. */
export const LANE_STATES = ['FREE', 'HELD', 'EXPIRED'] as const;
export type LaneState = (typeof LANE_STATES)[number];

/** The lane of an HTTP transport: its queue, on which one process works at a time. */
@ResponseSchema('Lane')
export class LaneDto {
  @ApiProperty({ description: 'Tenant of the HTTP transport.', example: '7' })
  tenantUid!: string;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'HTTP transport of the lane; null: it was deleted just now.',
    example: 'erp',
  })
  httpTransportUid!: string | null;

  @ApiProperty({
    enum: LANE_STATES,
    description:
      '`HELD`: a process works on the lane. `FREE`: none does. `EXPIRED`: the lease of the last process has ended without a release, because it crashed or cannot reach the database.',
    example: 'HELD',
  })
  state!: LaneState;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description:
      'Name of the process that holds the lane: host, process id and a random part. `EXPIRED`: the process that held it last. Null: the lane is free.',
    example: 'web-7f9c:4711:Zk1b0Uu8Vj3p',
  })
  holder!: string | null;

  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description: 'End of the lease, unless the holder renews it. Null: the lane is free.',
    example: '2026-03-14T09:27:23.589Z',
  })
  leaseUntil!: string | null;

  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description: 'Time at which a process should claim the lane, if it is free; null: it is not free.',
    example: null,
  })
  claimAt!: string | null;

  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description:
      'Due date of the earliest delivery in the lane, which may be in flight; null: the lane is empty at this moment, or all of its deliveries wait for earlier ones.',
    example: '2026-03-14T09:26:53.589Z',
  })
  oldestDueAt!: string | null;

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
    description: 'Number of crashes of its holders in a row. From 2 on, one delivery is sent at a time.',
    example: 0,
  })
  crashes!: number;

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    description:
      'Number of failures in a row that the circuit has counted. The circuit pauses requests to a receiver that keeps failing.',
    example: 0,
  })
  consecutiveFailures!: number;
}

/** A page of lanes. */
@ResponseSchema('LaneList')
export class LaneListDto {
  @ApiProperty({
    type: () => [LaneDto],
    description: 'Lanes of this page: those that have waited for a process for the longest time first.',
  })
  items!: LaneDto[];

  @ApiProperty({
    type: () => CursorPagingDto,
    description: 'Position of this page, and the cursor of the next one.',
  })
  paging!: CursorPagingDto;
}

/** @param now ms since the epoch on the database's clock */
export const laneStateOf = ({ holder, leaseUntil }: ListedLane, now: number): LaneState =>
  holder === null ? 'FREE' : leaseUntil > now ? 'HELD' : 'EXPIRED';

/** @param now ms since the epoch on the database's clock */
export const laneDto = (lane: ListedLane, now: number): LaneDto => ({
  tenantUid: lane.tenantUid,
  httpTransportUid: lane.httpTransportUid,
  state: laneStateOf(lane, now),
  holder: lane.holder,
  leaseUntil: lane.holder === null ? null : instant(lane.leaseUntil),
  claimAt: lane.holder === null ? instant(lane.dueAt) : null,
  oldestDueAt: instant(lane.firstDueAt),
  blockedUntil: lane.blockedUntil > now ? instant(lane.blockedUntil) : null,
  crashes: lane.crashes,
  consecutiveFailures: lane.consecutiveFailures,
});
