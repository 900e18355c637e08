import { ApiProperty } from '@nestjs/swagger';
import { HANDLING_STATES, type HandlingState } from './order-handling.entity.js';
import type { Order } from './order.entity.js';

/** A line of an order. Amounts are in the currency's smallest unit. */
export class OrderLineView {
  @ApiProperty({ type: 'integer', example: 1 })
  lineNumber!: number;

  @ApiProperty({ example: 'coffee' })
  productUid!: string;

  @ApiProperty({ type: 'integer', example: 2 })
  quantity!: number;

  @ApiProperty({ type: 'integer', example: 549 })
  unitAmount!: number;

  @ApiProperty({ type: 'integer', example: 0 })
  deliveredQuantity!: number;
}

/** An order as the API shows it. Amounts are in the currency's smallest unit. */
export class OrderView {
  @ApiProperty({ example: 'order-1' })
  orderUid!: string;

  @ApiProperty({ example: 'main' })
  storeUid!: string;

  @ApiProperty({ type: String, nullable: true, example: 'till-1' })
  tillUid!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'kari' })
  customerUid!: string | null;

  @ApiProperty({ enum: ['OPEN', 'SETTLED', 'DELIVERED'], example: 'SETTLED' })
  state!: Order['state'];

  @ApiProperty({ enum: HANDLING_STATES, example: 'NEW' })
  handlingState!: HandlingState;

  @ApiProperty({ type: 'integer', example: 1098 })
  totalAmount!: number;

  @ApiProperty({ type: 'integer', example: 1098 })
  paidAmount!: number;

  @ApiProperty({ type: [OrderLineView] })
  lines!: OrderLineView[];
}

/** The receipt of an order. */
export class ReceiptView {
  @ApiProperty({ example: 'receipt-1' })
  receiptUid!: string;

  @ApiProperty({ example: 'order-1' })
  orderUid!: string;

  @ApiProperty({ type: 'integer', example: 1098, description: "In the currency's smallest unit." })
  amount!: number;
}
