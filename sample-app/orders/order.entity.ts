import { Column, Entity, Unique } from 'typeorm';
import { TenantEntity } from '../database/tenant-entity.js';

/** A sale. Settled once it is fully paid; delivered once every line is. Amounts are in the smallest unit. */
@Entity('pos_order')
@Unique(['tenantUid', 'uid'])
export class Order extends TenantEntity {
  @Column({ type: 'varchar', length: 64 })
  storeUid!: string;

  @Column({ type: 'varchar', length: 64, nullable: true })
  tillUid!: string | null;

  @Column({ type: 'varchar', length: 64, nullable: true })
  customerUid!: string | null;

  @Column({ type: 'integer' })
  totalAmount!: number;

  @Column({ type: 'integer' })
  paidAmount!: number;

  @Column({ type: 'varchar', length: 16 })
  state!: 'OPEN' | 'SETTLED' | 'DELIVERED';
}
