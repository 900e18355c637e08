import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One position of a purchase. */
@Entity('pos_purchase_line')
export class PurchaseLine {
  @PrimaryColumn({ type: 'varchar', length: 64 })
  tenantUid!: string;

  @PrimaryColumn({ type: 'varchar', length: 64 })
  purchaseUid!: string;

  /** From 1. */
  @PrimaryColumn({ type: 'integer' })
  lineNumber!: number;

  @Column({ type: 'varchar', length: 64 })
  productUid!: string;

  @Column({ type: 'integer' })
  quantity!: number;

  @Column({ type: 'integer' })
  receivedQuantity!: number;
}
