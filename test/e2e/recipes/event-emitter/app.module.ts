// event-emitter/app.module.ts
import { Injectable, Module } from '@nestjs/common';
import { EventEmitter2, EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import { WebhookEmitter, WebhooksModule } from 'nestjs-tillhook';
import { DataSource, type EntityManager } from 'typeorm';
import { accessPolicy, DatabaseModule, egress, Order } from '../shop.js';

export interface OrderSettled {
  readonly tenantUid: string;
  readonly orderUid: string;
  /** The transaction in which it happens. */
  readonly manager: EntityManager;
}

@Injectable()
export class WebhookBridge {
  constructor(private readonly webhooks: WebhookEmitter) {}

  @OnEvent('order.settled', { suppressErrors: false })
  async onOrderSettled({ tenantUid, orderUid, manager }: OrderSettled): Promise<void> {
    await this.webhooks.emit('ORDER_SETTLED', { order: { Uid: orderUid } }, { tenantUid, manager });
  }
}

@Injectable()
export class OrdersService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly events: EventEmitter2,
  ) {}

  async settle(tenantUid: string, orderUid: string): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await manager.save(Order, { uid: orderUid, state: 'SETTLED' });
      const event: OrderSettled = { tenantUid, orderUid, manager };
      await this.events.emitAsync('order.settled', event);
    });
  }
}

@Module({
  imports: [
    DatabaseModule,
    EventEmitterModule.forRoot(),
    WebhooksModule.forRoot({ accessPolicy, runMigrations: true, egress }),
  ],
  providers: [WebhookBridge, OrdersService],
})
export class AppModule {}
