import { Column, Entity, Unique } from 'typeorm';
import { TenantEntity } from '../database/tenant-entity.js';

/** A cash drawer of a store. Amounts are in the currency's smallest unit. */
@Entity('pos_till')
@Unique(['tenantUid', 'uid'])
export class Till extends TenantEntity {
  @Column({ type: 'varchar', length: 64 })
  storeUid!: string;

  @Column({ type: 'varchar', length: 16 })
  state!: 'OPEN' | 'CLOSED';

  /** Expected amount in the drawer: the opening float and every payment since. */
  @Column({ type: 'integer' })
  expectedAmount!: number;

  /** Amount that was counted when the till was last closed. */
  @Column({ type: 'integer', nullable: true })
  countedAmount!: number | null;
}
