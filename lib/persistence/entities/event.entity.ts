import { Column, Entity } from 'typeorm';
import { bigintColumn } from './columns.js';

/** One emitted occurrence. Its row is written once, and changes only if its body is erased. */
@Entity('webhook_event')
export class EventEntity {
  /** Also sent as `x-webhook-sequence`. */
  @Column(bigintColumn({ name: 'id', primary: true }))
  id!: number;

  @Column({ name: 'tenant_uid', type: 'varchar', length: 64 })
  tenantUid!: string;

  /** Also sent as `webhook-id`. */
  @Column({ name: 'event_uid', type: 'varchar', length: 64 })
  eventUid!: string;

  @Column({ type: 'varchar', length: 64 })
  action!: string;

  @Column({ name: 'ordering_key', type: 'varchar', length: 255, nullable: true })
  orderingKey!: string | null;

  /** The exact text that is signed and sent; empty if it was erased. */
  @Column({ type: 'text' })
  body!: string;

  /** When the event occurred; null: when it was emitted, see `createdAt`. */
  @Column(bigintColumn({ name: 'occurred_at', nullable: true }))
  occurredAt!: number | null;

  /** W3C trace context of the emit, which the attempts of the event continue; null: no span was active. */
  @Column({ type: 'varchar', length: 55, nullable: true })
  traceparent!: string | null;

  /** When the body was erased; null: it is present. */
  @Column(bigintColumn({ name: 'expunged_at', nullable: true }))
  expungedAt!: number | null;

  @Column(bigintColumn({ name: 'created_at' }))
  createdAt!: number;
}
