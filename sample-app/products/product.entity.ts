import { Column, Entity, Unique } from 'typeorm';
import { TenantEntity } from '../database/tenant-entity.js';

/** Something that is sold. */
@Entity('pos_product')
@Unique(['tenantUid', 'uid'])
export class Product extends TenantEntity {
  @Column({ type: 'varchar', length: 200 })
  name!: string;
}
