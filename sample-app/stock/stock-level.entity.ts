import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How many of a product a warehouse has. No row means none. */
@Entity('pos_stock_level')
export class StockLevel {
  @PrimaryColumn({ type: 'varchar', length: 64 })
  tenantUid!: string;

  @PrimaryColumn({ type: 'varchar', length: 64 })
  warehouseUid!: string;

  @PrimaryColumn({ type: 'varchar', length: 64 })
  productUid!: string;

  @Column({ type: 'integer' })
  quantity!: number;
}
