import { Column, Entity, Unique } from 'typeorm';
import { TenantEntity } from '../database/tenant-entity.js';

/** A till's computer. Its token says which tenant's users may sign in on it, and is valid for signing in only. */
@Entity('pos_device')
@Unique(['tenantUid', 'uid'])
@Unique(['tokenHash'])
export class Device extends TenantEntity {
  /** SHA-256 of the device token, in hex. A token is long and random, so it needs no slow hash. */
  @Column({ type: 'varchar', length: 64 })
  tokenHash!: string;
}
