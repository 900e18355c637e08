import type { EntityReference } from 'nestjs-tillhook';
import { Column, PrimaryGeneratedColumn } from 'typeorm';

/** Columns that every row of a tenant has: a number, and a uid that is unique within the tenant. */
export abstract class TenantEntity {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'varchar', length: 64 })
  tenantUid!: string;

  @Column({ type: 'varchar', length: 64 })
  uid!: string;
}

/** Reference to the entity in a payload. It contains only ids: a receiver fetches the current data itself. */
export const referenceTo = ({ id, uid }: Pick<TenantEntity, 'id' | 'uid'>): EntityReference => ({
  Id: id,
  Uid: uid,
});
