import { Column, Entity, Unique } from 'typeorm';
import { TenantEntity } from '../database/tenant-entity.js';

/** A price of a product. If a product has several prices, the newest one applies. */
@Entity('pos_price')
@Unique(['tenantUid', 'uid'])
export class Price extends TenantEntity {
  @Column({ type: 'varchar', length: 64 })
  productUid!: string;

  /** In the currency's smallest unit, e.g. cents. */
  @Column({ type: 'integer' })
  amount!: number;
}
