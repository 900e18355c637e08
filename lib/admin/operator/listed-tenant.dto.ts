import { ApiProperty } from '@nestjs/swagger';
import type { ListedTenant } from '../../persistence/sql/operator-rows.js';
import { CursorPagingDto } from '../listing/cursor-paging.dto.js';
import { ResponseSchema } from '../openapi/schemas.js';

const COUNT = { type: 'integer', minimum: 0 } as const;

/** A tenant with its backlog. */
@ResponseSchema('ListedTenant')
export class ListedTenantDto {
  @ApiProperty({ description: 'Uid of the tenant.', example: '7' })
  tenantUid!: string;

  @ApiProperty({
    ...COUNT,
    description:
      'Number of deliveries with status `PENDING`, including those of paused and disabled HTTP transports.',
    example: 12_480,
  })
  pending!: number;

  @ApiProperty({ ...COUNT, description: 'Number of HTTP transports.', example: 4 })
  transports!: number;

  @ApiProperty({ ...COUNT, description: 'Number of paused HTTP transports.', example: 0 })
  paused!: number;

  @ApiProperty({ ...COUNT, description: 'Number of disabled HTTP transports.', example: 1 })
  disabled!: number;

  @ApiProperty({
    ...COUNT,
    description: 'Number of HTTP transports whose attempts have failed since their last success.',
    example: 1,
  })
  failing!: number;

  @ApiProperty({
    ...COUNT,
    description: 'Number of deliveries that succeeded in the last 24 hours.',
    example: 1_204,
  })
  delivered!: number;

  @ApiProperty({
    ...COUNT,
    description: 'Number of deliveries that failed permanently in the last 24 hours.',
    example: 3,
  })
  failed!: number;

  @ApiProperty({
    ...COUNT,
    description: 'Number of deliveries that were recorded as `MISSED` in the last 24 hours.',
    example: 0,
  })
  missed!: number;
}

/** A page of tenants. */
@ResponseSchema('ListedTenantList')
export class ListedTenantListDto {
  @ApiProperty({
    type: () => [ListedTenantDto],
    description:
      'Tenants of this page, in the order in which they got their first HTTP transport. With `minPending`, a page may contain fewer items than `pageSize` although a next page exists.',
  })
  items!: ListedTenantDto[];

  @ApiProperty({
    type: () => CursorPagingDto,
    description: 'Position of this page, and the cursor of the next one.',
  })
  paging!: CursorPagingDto;
}

export const listedTenantDto = ({ id: _id, ...tenant }: ListedTenant, pending: number): ListedTenantDto => ({
  ...tenant,
  pending,
});
