import { Column, Entity, Unique } from 'typeorm';
import { TenantEntity } from '../database/tenant-entity.js';

/** A shop. */
@Entity('pos_store')
@Unique(['tenantUid', 'uid'])
export class Store extends TenantEntity {
  @Column({ type: 'varchar', length: 200 })
  name!: string;
}
