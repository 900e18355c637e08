// typeorm-transactional/app.module.ts
import { Injectable, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WebhookEmitter, WebhooksModule } from 'nestjs-tillhook';
import { DataSource } from 'typeorm';
import {
  addTransactionalDataSource,
  initializeTransactionalContext,
  StorageDriver,
  Transactional,
} from 'typeorm-transactional';
import { accessPolicy, egress, Order } from '../shop.js';

initializeTransactionalContext({ storageDriver: StorageDriver.ASYNC_LOCAL_STORAGE });

@Injectable()
export class OrdersService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly webhooks: WebhookEmitter,
  ) {}

  @Transactional()
  async settle(tenantUid: string, uid: string): Promise<void> {
    const { manager } = this.dataSource; // the manager of the transaction
    await manager.save(Order, { uid, state: 'SETTLED' });
    await this.webhooks.emit('ORDER_SETTLED', { order: { Uid: uid } }, { tenantUid, manager });
    if (uid === 'refused') throw new Error('No more orders today.');
  }
}

@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      useFactory: () => ({
        type: 'better-sqlite3',
        database: process.env.DATABASE_FILE ?? 'shop.sqlite',
        entities: [Order],
        synchronize: true, // never in production
      }),
      dataSourceFactory: async (options) => addTransactionalDataSource(new DataSource(options!)),
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
