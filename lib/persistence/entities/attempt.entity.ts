import { Column, Entity } from 'typeorm';
import type { AttemptTrigger } from '../../domain/delivery-status.js';
import { bigintColumn, jsonColumn } from './columns.js';

/** One HTTP request of a delivery, as kept. */
@Entity('webhook_attempt')
export class AttemptEntity {
  @Column(bigintColumn({ name: 'delivery_id', primary: true }))
  deliveryId!: number;

  /** From 1. */
  @Column({ type: 'integer', primary: true })
  number!: number;

  @Column(bigintColumn({ name: 'started_at', primary: true }))
  startedAt!: number;

  @Column({ name: 'duration_ms', type: 'integer' })
  durationMs!: number;

  @Column({ name: 'response_status_code', type: 'integer', nullable: true })
  responseStatusCode!: number | null;

  @Column(jsonColumn({ name: 'response_headers', nullable: true }))
  responseHeaders!: Record<string, string> | null;

  @Column({ name: 'response_body', type: 'text', nullable: true })
  responseBody!: string | null;

  @Column({ name: 'error_code', type: 'varchar', length: 64, nullable: true })
  errorCode!: string | null;

  @Column({ name: 'error_message', type: 'varchar', length: 512, nullable: true })
  errorMessage!: string | null;

  @Column({ type: 'varchar', length: 16 })
  trigger!: AttemptTrigger;

  /** True when another process had already moved the delivery on: logged, but it decided nothing. */
  @Column({ type: 'boolean' })
  orphaned!: boolean;
}
