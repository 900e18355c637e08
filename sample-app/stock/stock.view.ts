import { ApiProperty } from '@nestjs/swagger';

/** The quantity of a product in a warehouse. */
export class StockLevelView {
  @ApiProperty({ example: 'central' })
  warehouseUid!: string;

  @ApiProperty({ example: 'coffee' })
  productUid!: string;

  @ApiProperty({ type: 'integer', example: 40 })
  quantity!: number;
}

/** All quantities of a warehouse. */
export class StockView {
  @ApiProperty({ type: [StockLevelView] })
  items!: StockLevelView[];
}
