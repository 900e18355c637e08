import { ApiProperty } from '@nestjs/swagger';
import type { Purchase } from './purchase.entity.js';

/** A line of a purchase. */
export class PurchaseLineView {
  @ApiProperty({ type: 'integer', example: 1 })
  lineNumber!: number;

  @ApiProperty({ example: 'coffee' })
  productUid!: string;

  @ApiProperty({ type: 'integer', example: 20 })
  quantity!: number;

  @ApiProperty({ type: 'integer', example: 0, description: 'Quantity that has arrived.' })
  receivedQuantity!: number;
}

/** A purchase as the API shows it. */
export class PurchaseView {
  @ApiProperty({ example: 'purchase-1' })
  purchaseUid!: string;

  @ApiProperty({ example: 'central' })
  warehouseUid!: string;

  @ApiProperty({ example: 'Roastery & Sons' })
  supplier!: string;

  @ApiProperty({ enum: ['OPEN', 'RECEIVED'], example: 'OPEN' })
  state!: Purchase['state'];

  @ApiProperty({ type: [PurchaseLineView] })
  lines!: PurchaseLineView[];
}
