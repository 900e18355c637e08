import { Column, Entity, Unique } from 'typeorm';
import { TenantEntity } from '../database/tenant-entity.js';

/** Stages of an order's goods on their way to the customer. */
export const HANDLING_STATES = ['NEW', 'PICKING', 'READY', 'HANDED_OVER'] as const;
export type HandlingState = (typeof HANDLING_STATES)[number];

/** The handling of one order; it has the order's uid. */
@Entity('pos_order_handling')
@Unique(['tenantUid', 'uid'])
export class OrderHandling extends TenantEntity {
  @Column({ type: 'varchar', length: 16 })
  state!: HandlingState;
}
