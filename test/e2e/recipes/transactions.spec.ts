import { Injectable, Module, type Type } from '@nestjs/common';
import { CommandBus, EventBus } from '@nestjs/cqrs';
import { EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebhookEmitter, WebhooksModule } from 'nestjs-tillhook';
import type { WebhookReceiver } from 'nestjs-tillhook/testing';
import { DataSource } from 'typeorm';
import { deleteDataSourceByName } from 'typeorm-transactional';
import { RecipeApp } from '../../support/recipe-app.js';
import { createSqliteDatabase } from '../../support/sqlite.js';
import type { TestDatabase } from '../../support/test-database.js';
import { AppModule as CqrsModule, SettleOrder } from './cqrs/app.module.js';
import { OrderSettled } from './cqrs/order.aggregate.js';
import {
  AppModule as EventsModule,
  OrdersService as EventsOrders,
  type OrderSettled as EventOfOrder,
} from './event-emitter/app.module.js';
import { DatabaseModule, egress, Order } from './shop.js';
import {
  AppModule as DecoratedModule,
  OrdersService as DecoratedOrders,
} from './typeorm-transactional/app.module.js';

/** The bridge of the recipe without its option. */
@Injectable()
class SuppressingBridge {
  constructor(private readonly webhooks: WebhookEmitter) {}

  @OnEvent('order.settled')
  async onOrderSettled({ tenantUid, orderUid, manager }: EventOfOrder): Promise<void> {
    await this.webhooks.emit('ORDER_SETTLED', { order: { Uid: orderUid } }, { tenantUid, manager });
  }
}

@Module({
  imports: [
    DatabaseModule,
    EventEmitterModule.forRoot(),
    WebhooksModule.forRoot({ accessPolicy: () => 'granted', egress }),
  ],
  providers: [SuppressingBridge, EventsOrders],
})
class SuppressingModule {}

describe('the recipes for transactions', () => {
  let database: TestDatabase;
  let app: RecipeApp;
  let receiver: WebhookReceiver;
  const start = async (module: Type): Promise<void> => {
    app = await RecipeApp.start(module, { file: String(database.options.database) });
    receiver = await app.subscribe('7');
  };
  const orders = async (): Promise<string[]> =>
    (await app.get(DataSource).getRepository(Order).find()).map(({ uid }) => uid);
  const arrived = async (): Promise<unknown[]> =>
    (await app.arrived(receiver)).map((json) => (json as { order: { Uid: string } }).order.Uid);

  beforeEach(async () => {
    database = await createSqliteDatabase();
  });
  afterEach(async () => {
    await app.close();
    deleteDataSourceByName('default');
    await database.drop();
  });

  describe('typeorm-transactional', () => {
    beforeEach(() => start(DecoratedModule));

    it('delivers what a decorated method emitted after its commit', async () => {
      await app.get(DecoratedOrders).settle('7', '700');
      expect([await orders(), await arrived()]).toEqual([['700'], ['700']]);
    });

    it('delivers nothing of a method that throws', async () => {
      await expect(app.get(DecoratedOrders).settle('7', 'refused')).rejects.toThrow('No more orders today.');
      expect([await orders(), await arrived()]).toEqual([[], []]);
    });

    it('refuses an event that is emitted outside a transaction', async () => {
      const emitter = app.get(WebhookEmitter);
      const { manager } = app.get(DataSource);
      const data = { order: { Uid: '1' } };
      await expect(emitter.emit('ORDER_SETTLED', data, { tenantUid: '7', manager })).rejects.toMatchObject({
        code: 'MANAGER_NOT_IN_TRANSACTION',
      });
      await expect(emitter.emit('ORDER_SETTLED', data, { tenantUid: '7' })).rejects.toMatchObject({
        code: 'TRANSACTION_REQUIRED',
      });
    });
  });

  describe('CQRS', () => {
    const published: unknown[] = [];
    beforeEach(async () => {
      published.length = 0;
      await start(CqrsModule);
      app.get(EventBus).subscribe((event) => published.push(event));
    });

    it('delivers the events of an aggregate, and publishes them in the process after the commit', async () => {
      await app.get(CommandBus).execute(new SettleOrder('7', '700'));
      expect([await orders(), await arrived()]).toEqual([['700'], ['700']]);
      expect(published).toEqual([new OrderSettled('700')]);
    });

    it('neither delivers nor publishes an event whose transaction is rolled back', async () => {
      await app.get(CommandBus).execute(new SettleOrder('7', '700'));
      const again = app.get(CommandBus).execute(new SettleOrder('7', '700'));
      await expect(again).rejects.toThrow('UNIQUE');
      expect([await arrived(), published]).toEqual([['700'], [new OrderSettled('700')]]);
    });
  });

  describe('EventEmitter', () => {
    beforeEach(() => start(EventsModule));

    it('delivers what a listener emitted in the transaction of the event', async () => {
      await app.get(EventsOrders).settle('7', '700');
      expect([await orders(), await arrived()]).toEqual([['700'], ['700']]);
    });

    it('rolls the transaction back if the listener cannot emit', async () => {
      await expect(app.get(EventsOrders).settle('no tenant', '700')).rejects.toMatchObject({
        code: 'INVALID_TENANT_UID',
      });
      expect([await orders(), await arrived()]).toEqual([[], []]);
    });

    it('would commit without an event if errors of the listener were suppressed, as they are by default', async () => {
      await app.close();
      await start(SuppressingModule);
      await app.get(EventsOrders).settle('no tenant', '700');
      expect([await orders(), await arrived()]).toEqual([['700'], []]);
    });
  });
});
