import { Column, Entity, Unique } from 'typeorm';
import { TenantEntity } from '../database/tenant-entity.js';

/** A registered customer. */
@Entity('pos_customer')
@Unique(['tenantUid', 'uid'])
export class Customer extends TenantEntity {
  @Column({ type: 'varchar', length: 200 })
  name!: string;
}
