import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One position of an order. */
@Entity('pos_order_line')
export class OrderLine {
  @PrimaryColumn({ type: 'varchar', length: 64 })
  tenantUid!: string;

  @PrimaryColumn({ type: 'varchar', length: 64 })
  orderUid!: string;

  /** From 1, in the order of the receipt. */
  @PrimaryColumn({ type: 'integer' })
  lineNumber!: number;

  @Column({ type: 'varchar', length: 64 })
  productUid!: string;

  @Column({ type: 'integer' })
  quantity!: number;

  /** In the currency's smallest unit, as it was when the order was made. */
  @Column({ type: 'integer' })
  unitAmount!: number;

  @Column({ type: 'integer' })
  deliveredQuantity!: number;
}
