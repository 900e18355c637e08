import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { Page, PageRequest } from '../../persistence/repositories/page.js';

/** Where a page stands in its list. */
@ApiSchema({ name: 'WebhooksPaging' })
export class PagingDto {
  @ApiProperty({ type: 'integer', description: 'This page, from 1.', example: 1 })
  pageNumber!: number;

  @ApiProperty({ type: 'integer', description: 'Items per page, as asked for.', example: 25 })
  pageSize!: number;

  @ApiProperty({ type: 'integer', description: 'Items on all pages together.', example: 1 })
  totalCount!: number;
}

export interface PageDto<Item> {
  items: Item[];
  paging: PagingDto;
}

/** The answer to a list request. */
export const pageDto = <Row, Item>(
  { items, totalCount }: Page<Row>,
  { pageNumber, pageSize }: PageRequest<string>,
  view: (row: Row) => Item,
): PageDto<Item> => ({ items: items.map(view), paging: { pageNumber, pageSize, totalCount } });
