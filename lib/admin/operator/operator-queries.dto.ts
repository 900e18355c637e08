import { applyDecorators } from '@nestjs/common';
import { IsIn } from 'class-validator';
import { ApiKeysetQuery, KeysetQueryDto } from '../listing/keyset-query.js';
import { ApiPlaceQuery } from '../listing/place-page.js';
import { ApiOptionalQuery } from '../openapi/api-docs.js';
import { MayBeAbsent } from '../validation/presence.js';
import { IntegerValue } from '../validation/query-values.js';
import { LANE_STATES, type LaneState } from './lane.dto.js';

/** Greatest value of `minPending`. */
const MOST_PENDING = 1_000_000_000;

/** The query parameters of the list of lanes. */
export class LaneQueryDto extends KeysetQueryDto {
  @MayBeAbsent()
  @IsIn(LANE_STATES)
  state?: LaneState;
}

/** Documents `LaneQueryDto`. */
export const ApiLaneQuery = (): MethodDecorator =>
  applyDecorators(
    ApiPlaceQuery(),
    ApiOptionalQuery(
      'state',
      'Filter by state. A page may then contain fewer items than `pageSize` although a next page exists.',
      { type: 'string', enum: [...LANE_STATES], example: 'HELD' },
    ),
  );

/** The query parameters of the list of tenants. */
export class TenantQueryDto extends KeysetQueryDto {
  @MayBeAbsent()
  @IntegerValue(1, MOST_PENDING)
  minPending?: number;
}

/** Documents `TenantQueryDto`. */
export const ApiTenantQuery = (): MethodDecorator =>
  applyDecorators(
    ApiKeysetQuery(),
    ApiOptionalQuery('minPending', 'Only tenants with at least this many pending deliveries.', {
      type: 'integer',
      minimum: 1,
      maximum: MOST_PENDING,
      example: 1_000,
    }),
  );
