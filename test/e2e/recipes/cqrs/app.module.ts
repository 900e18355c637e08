// cqrs/app.module.ts
import { Module } from '@nestjs/common';
import { CommandHandler, CqrsModule, EventPublisher, type ICommandHandler } from '@nestjs/cqrs';
import { WebhookEmitter, WebhooksModule } from 'nestjs-tillhook';
import { DataSource } from 'typeorm';
import { accessPolicy, DatabaseModule, egress, Order } from '../shop.js';
import { OrderAggregate } from './order.aggregate.js';

export class SettleOrder {
  constructor(
    readonly tenantUid: string,
    readonly orderUid: string,
  ) {}
}

@CommandHandler(SettleOrder)
export class SettleOrderHandler implements ICommandHandler<SettleOrder> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly publisher: EventPublisher,
    private readonly webhooks: WebhookEmitter,
  ) {}

  async execute({ tenantUid, orderUid }: SettleOrder): Promise<void> {
    const order = this.publisher.mergeObjectContext(new OrderAggregate(orderUid));
    order.settle();
    await this.dataSource.transaction(async (manager) => {
      await manager.insert(Order, { uid: order.uid, state: 'SETTLED' });
      const events = order.getUncommittedEvents().map((event) => ({
        action: 'ORDER_SETTLED' as const,
        data: { order: { Uid: event.orderUid } },
      }));
      await this.webhooks.emitMany(events, { tenantUid, manager });
    });
    order.commit(); // runs the handlers in this process
  }
}

@Module({
  imports: [
    DatabaseModule,
    CqrsModule.forRoot(),
    WebhooksModule.forRoot({ accessPolicy, runMigrations: true, egress }),
  ],
  providers: [SettleOrderHandler],
})
export class AppModule {}
