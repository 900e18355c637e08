import { Column, Entity, Unique } from 'typeorm';
import { TenantEntity } from '../database/tenant-entity.js';

/** A picture or a film of a product. */
@Entity('pos_product_media')
@Unique(['tenantUid', 'uid'])
export class ProductMedia extends TenantEntity {
  @Column({ type: 'varchar', length: 64 })
  productUid!: string;

  @Column({ type: 'varchar', length: 2000 })
  url!: string;
}
