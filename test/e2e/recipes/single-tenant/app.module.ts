// single-tenant/app.module.ts
import { Injectable, Module } from '@nestjs/common';
import {
  WebhookEmitter,
  WebhooksModule,
  type AccessDecision,
  type EmittedEvent,
  type WebhooksAccessPolicy,
} from 'nestjs-tillhook';
import { DataSource } from 'typeorm';
import { DatabaseModule, egress, Order } from '../shop.js';

/** The only tenant there is. */
export const TENANT = 'main';

@Injectable()
export class AdminPolicy implements WebhooksAccessPolicy {
  check(request: { headers: { authorization?: string } }, tenantUid: string): AccessDecision {
    if (request.headers.authorization !== `Bearer ${process.env.ADMIN_TOKEN}`) return 'unauthenticated';
    return tenantUid === TENANT ? 'granted' : 'forbidden';
  }
}

@Injectable()
export class OrdersService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly webhooks: WebhookEmitter,
  ) {}

  settle(uid: string): Promise<EmittedEvent> {
    return this.dataSource.transaction(async (manager) => {
      await manager.save(Order, { uid, state: 'SETTLED' });
      return this.webhooks.emit('ORDER_SETTLED', { order: { Uid: uid } }, { tenantUid: TENANT, manager });
    });
  }
}

@Module({
  imports: [
    DatabaseModule,
    WebhooksModule.forRoot({ accessPolicy: AdminPolicy, runMigrations: true, egress }),
  ],
  providers: [OrdersService],
})
export class AppModule {}
