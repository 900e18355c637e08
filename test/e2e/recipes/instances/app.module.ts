// instances/app.module.ts
import { Injectable, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { InjectWebhookEmitter, WebhookEmitter, WebhooksModule } from 'nestjs-tillhook';
import { accessPolicy, DatabaseModule, egress } from '../shop.js';

@Injectable()
export class TillsService {
  constructor(
    @InjectWebhookEmitter('shop') private readonly shop: WebhookEmitter,
    @InjectWebhookEmitter('rental') private readonly rental: WebhookEmitter,
  ) {}

  async openBoth(tenantUid: string): Promise<void> {
    await this.shop.emit('TILL_OPEN', { till: { Uid: 'shop-1' } }, { tenantUid });
    await this.rental.emit('TILL_OPEN', { till: { Uid: 'rental-1' } }, { tenantUid });
  }
}

@Module({
  imports: [
    DatabaseModule,
    TypeOrmModule.forRootAsync({
      name: 'rental',
      useFactory: () => ({
        type: 'better-sqlite3',
        database: process.env.RENTAL_DATABASE_FILE ?? 'rental.sqlite',
      }),
    }),
    WebhooksModule.forRoot({
      name: 'shop',
      path: 'shop',
      accessPolicy,
      runMigrations: true,
      egress,
    }),
    WebhooksModule.forRoot({
      name: 'rental',
      dataSource: 'rental',
      path: 'rental',
      accessPolicy,
      runMigrations: true,
      egress,
    }),
  ],
  providers: [TillsService],
})
export class AppModule {}
