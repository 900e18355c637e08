// cls/app.module.ts
import { Injectable, Module } from '@nestjs/common';
import { ClsPluginTransactional, Transactional, TransactionHost } from '@nestjs-cls/transactional';
import { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { ClsModule } from 'nestjs-cls';
import { WebhookEmitter, WebhooksModule } from 'nestjs-tillhook';
import { DataSource } from 'typeorm';
import { accessPolicy, DatabaseModule, egress, Order } from '../shop.js';

@Injectable()
export class OrdersService {
  constructor(
    private readonly transactions: TransactionHost<TransactionalAdapterTypeOrm>,
    private readonly webhooks: WebhookEmitter,
  ) {}

  @Transactional()
  async settle(tenantUid: string, uid: string): Promise<void> {
    const manager = this.transactions.tx;
    await manager.save(Order, { uid, state: 'SETTLED' });
    await this.webhooks.emit('ORDER_SETTLED', { order: { Uid: uid } }, { tenantUid, manager });
    if (uid === 'refused') throw new Error('No more orders today.');
  }
}

@Module({
  imports: [
    DatabaseModule,
    ClsModule.forRoot({
      plugins: [
        new ClsPluginTransactional({
          imports: [DatabaseModule],
          adapter: new TransactionalAdapterTypeOrm({ dataSourceToken: DataSource }),
        }),
      ],
    }),
    WebhooksModule.forRoot({
      accessPolicy,
      runMigrations: true,
      requireTransaction: true,
      egress,
    }),
  ],
  providers: [OrdersService],
})
export class AppModule {}
