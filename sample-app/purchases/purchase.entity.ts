import { Column, Entity, Unique } from 'typeorm';
import { TenantEntity } from '../database/tenant-entity.js';

/** Goods ordered from a supplier for a warehouse. Received once every line is. */
@Entity('pos_purchase')
@Unique(['tenantUid', 'uid'])
export class Purchase extends TenantEntity {
  @Column({ type: 'varchar', length: 64 })
  warehouseUid!: string;

  @Column({ type: 'varchar', length: 200 })
  supplier!: string;

  @Column({ type: 'varchar', length: 16 })
  state!: 'OPEN' | 'RECEIVED';
}
