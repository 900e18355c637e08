import { Column, Entity, Unique } from 'typeorm';
import { TenantEntity } from '../database/tenant-entity.js';

/** A place goods are kept, a shop's back room included. */
@Entity('pos_warehouse')
@Unique(['tenantUid', 'uid'])
export class Warehouse extends TenantEntity {
  @Column({ type: 'varchar', length: 200 })
  name!: string;
}
