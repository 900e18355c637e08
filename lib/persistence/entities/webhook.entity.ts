import { Column, Entity } from 'typeorm';
import { bigintColumn } from './columns.js';

/** A webhook (the subscription): events whose action matches `action` go to the transport. */
@Entity('webhook_webhook')
export class WebhookEntity {
  @Column({ ...bigintColumn({ name: 'id', primary: true }), generated: 'increment' })
  id!: number;

  @Column({ name: 'tenant_uid', type: 'varchar', length: 64 })
  tenantUid!: string;

  @Column({ name: 'webhook_uid', type: 'varchar', length: 64 })
  webhookUid!: string;

  @Column(bigintColumn({ name: 'transport_id' }))
  transportId!: number;

  /** An action, `*`, or a prefix that ends in `_*`. */
  @Column({ type: 'varchar', length: 80 })
  action!: string;

  @Column({ type: 'boolean' })
  enabled!: boolean;

  @Column({ type: 'boolean' })
  ordered!: boolean;

  @Column(bigintColumn({ name: 'created_at' }))
  createdAt!: number;

  @Column(bigintColumn({ name: 'last_modified_at' }))
  lastModifiedAt!: number;
}

/** The settings of a webhook, which its tenant may change. */
export type WebhookSettings = Omit<
  WebhookEntity,
  'id' | 'tenantUid' | 'webhookUid' | 'transportId' | 'createdAt' | 'lastModifiedAt'
>;

/** The settings of a new webhook, except its required `action`. */
export const DEFAULT_WEBHOOK_SETTINGS: Omit<WebhookSettings, 'action'> = { enabled: true, ordered: false };
