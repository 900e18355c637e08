import { ApiProperty } from '@nestjs/swagger';
import { ResponseSchema } from '../openapi/schemas.js';
import type { Page, PageRequest } from '../../persistence/repositories/page.js';

/** Position of a page in its list. */
@ResponseSchema('Paging')
export class PagingDto {
  @ApiProperty({ type: 'integer', description: 'Number of this page, starting at 1.', example: 1 })
  pageNumber!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Maximum number of items per page, as requested.',
    example: 25,
  })
  pageSize!: number;

  @ApiProperty({ type: 'integer', description: 'Number of items on all pages.', example: 1 })
  totalCount!: number;
}

export interface PageDto<Item> {
  items: Item[];
  paging: PagingDto;
}

/** The response to a list request. */
export const pageDto = <Row, Item>(
  { items, totalCount }: Page<Row>,
  { pageNumber, pageSize }: PageRequest<string>,
  view: (row: Row) => Item,
): PageDto<Item> => ({ items: items.map(view), paging: { pageNumber, pageSize, totalCount } });
