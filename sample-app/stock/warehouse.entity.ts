import { Column, Entity, Unique } from 'typeorm';
import { TenantEntity } from '../database/tenant-entity.js';

/** A place where goods are kept, such as a hall or the back room of a shop. */
@Entity('pos_warehouse')
@Unique(['tenantUid', 'uid'])
export class Warehouse extends TenantEntity {
  @Column({ type: 'varchar', length: 200 })
  name!: string;
}
