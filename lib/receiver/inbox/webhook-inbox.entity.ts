import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One webhook that was processed. For hosts that let TypeORM make their tables; others run `CreateWebhookInbox`. */
@Entity('webhook_inbox')
export class WebhookInboxEntity {
  /** Who sent it, as the host names the sender. */
  @PrimaryColumn({ type: 'varchar', length: 64 })
  source!: string;

  /** The sender's id. */
  @PrimaryColumn({ name: 'webhook_id', type: 'varchar', length: 255 })
  webhookId!: string;

  /** Milliseconds since the epoch, on the clock of the process that processed it. Drivers may return a string. */
  @Index('webhook_inbox_received_at')
  @Column({ name: 'received_at', type: 'bigint' })
  receivedAt!: number;
}
