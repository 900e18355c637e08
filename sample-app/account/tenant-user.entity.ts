import { Column, Entity, Unique } from 'typeorm';
import { TenantEntity } from '../database/tenant-entity.js';

/** `Tenant.Admin` administers (webhooks too); `Tenant.Cashier` sells. */
export type Role = 'Tenant.Admin' | 'Tenant.Cashier';

/** A person who signs in with a user code and a password. */
@Entity('pos_tenant_user')
@Unique(['tenantUid', 'uid'])
@Unique(['tenantUid', 'userCode'])
export class TenantUser extends TenantEntity {
  @Column({ type: 'varchar', length: 64 })
  userCode!: string;

  @Column({ type: 'varchar', length: 200 })
  name!: string;

  /** Result of `hashPassword`. */
  @Column({ type: 'varchar', length: 255 })
  passwordHash!: string;

  @Column({ type: 'varchar', length: 32 })
  role!: Role;
}
