import { Column, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** A retailer. Each product, order, user and device belongs to exactly one tenant. */
@Entity('pos_tenant')
@Unique(['uid'])
export class Tenant {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'varchar', length: 64 })
  uid!: string;

  @Column({ type: 'varchar', length: 200 })
  name!: string;
}
