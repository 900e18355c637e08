import { ApiProperty } from '@nestjs/swagger';
import { ResponseSchema } from '../openapi/schemas.js';

/** Position of a page in a keyset list. */
@ResponseSchema('CursorPaging')
export class CursorPagingDto {
  @ApiProperty({
    type: 'integer',
    description: 'Maximum number of items per page, as requested.',
    example: 25,
  })
  pageSize!: number;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Value of `cursor` for the next page; null: this is the last page.',
    example: '7123.p2Zk1b0Uu8Vj3p4n5qYxkA',
  })
  nextCursor!: string | null;
}
