import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One processed webhook. For hosts whose tables TypeORM creates; other hosts run `CreateWebhookInbox`. */
@Entity('webhook_inbox')
export class WebhookInboxEntity {
  /** The host's name for the sender. */
  @PrimaryColumn({ type: 'varchar', length: 64 })
  source!: string;

  /** The id that the sender gave to the webhook. */
  @PrimaryColumn({ name: 'webhook_id', type: 'varchar', length: 255 })
  webhookId!: string;

  /** When the webhook was processed, in milliseconds since the epoch, on the clock of the process. Drivers may return a string. */
  @Index('webhook_inbox_received_at')
  @Column({ name: 'received_at', type: 'bigint' })
  receivedAt!: number;
}
