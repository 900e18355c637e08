import type { EntityReference } from 'nestjs-tillhook';
import { Column, PrimaryGeneratedColumn } from 'typeorm';

/** What every row of a tenant has: a number of its own and a uid, unique within the tenant. */
export abstract class TenantEntity {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'varchar', length: 64 })
  tenantUid!: string;

  @Column({ type: 'varchar', length: 64 })
  uid!: string;
}

/** The entity as an event names it: thin, so that a receiver fetches what it needs and nothing goes stale. */
export const referenceTo = ({ id, uid }: Pick<TenantEntity, 'id' | 'uid'>): EntityReference => ({
  Id: id,
  Uid: uid,
});
