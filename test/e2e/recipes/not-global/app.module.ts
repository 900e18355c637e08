// not-global/app.module.ts
import { Injectable, Module } from '@nestjs/common';
import { WebhookEmitter, WebhooksModule } from 'nestjs-tillhook';
import { DataSource } from 'typeorm';
import { accessPolicy, DatabaseModule, egress, Order } from '../shop.js';

const webhooks = WebhooksModule.forRoot({ accessPolicy, runMigrations: true, egress });

/** The only module that knows the options. */
@Module({ imports: [webhooks], exports: [webhooks] })
export class ShopWebhooksModule {}

@Injectable()
export class OrdersService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly webhooks: WebhookEmitter,
  ) {}

  async settle(tenantUid: string, uid: string): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await manager.save(Order, { uid, state: 'SETTLED' });
      await this.webhooks.emit('ORDER_SETTLED', { order: { Uid: uid } }, { tenantUid, manager });
    });
  }
}

@Module({ imports: [ShopWebhooksModule], providers: [OrdersService] })
export class OrdersModule {}

@Module({ imports: [DatabaseModule, OrdersModule] })
export class AppModule {}
