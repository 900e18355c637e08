import { Column, Entity } from 'typeorm';
import type { DeliveryStatus } from '../../domain/delivery-status.js';
import { bigintColumn } from './columns.js';

/** The log: one row per event and transport. What is still due stands in `webhook_queue` as well. */
@Entity('webhook_delivery')
export class DeliveryEntity {
  @Column(bigintColumn({ name: 'id', primary: true }))
  id!: number;

  @Column({ name: 'tenant_uid', type: 'varchar', length: 64 })
  tenantUid!: string;

  @Column(bigintColumn({ name: 'event_id' }))
  eventId!: number;

  @Column(bigintColumn({ name: 'transport_id' }))
  transportId!: number;

  /** Kept beside the id, since the log outlives the transport. */
  @Column({ name: 'http_transport_uid', type: 'varchar', length: 64 })
  httpTransportUid!: string;

  @Column({ name: 'webhook_uid', type: 'varchar', length: 64 })
  webhookUid!: string;

  @Column({ type: 'varchar', length: 64 })
  action!: string;

  /** Null for an unordered delivery; the empty string for one that is ordered with all of its tenant. */
  @Column({ name: 'ordering_key', type: 'varchar', length: 255, nullable: true })
  orderingKey!: string | null;

  @Column({ type: 'varchar', length: 16 })
  status!: DeliveryStatus;

  /** Why it ended otherwise than DELIVERED, e.g. `EXHAUSTED`. */
  @Column({ type: 'varchar', length: 64, nullable: true })
  reason!: string | null;

  /** Attempts recorded so far. */
  @Column({ type: 'integer' })
  attempts!: number;

  /** When the next attempt is due; null once the delivery has ended. Equals the queue row's `due_at`. */
  @Column(bigintColumn({ name: 'due_at', nullable: true }))
  dueAt!: number | null;

  @Column({ name: 'last_status_code', type: 'integer', nullable: true })
  lastStatusCode!: number | null;

  @Column({ name: 'last_error_code', type: 'varchar', length: 64, nullable: true })
  lastErrorCode!: string | null;

  @Column(bigintColumn({ name: 'created_at' }))
  createdAt!: number;

  @Column(bigintColumn({ name: 'finished_at', nullable: true }))
  finishedAt!: number | null;
}
