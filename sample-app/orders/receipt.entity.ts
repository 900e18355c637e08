import { Column, Entity, Unique } from 'typeorm';
import { TenantEntity } from '../database/tenant-entity.js';

/** The proof of a settled order. An order has one. */
@Entity('pos_receipt')
@Unique(['tenantUid', 'uid'])
@Unique(['tenantUid', 'orderUid'])
export class Receipt extends TenantEntity {
  @Column({ type: 'varchar', length: 64 })
  orderUid!: string;
}
