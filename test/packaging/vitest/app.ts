// An app as a user of the package would write it, for tests under vitest.
import { Inject, Injectable, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WebhookEmitter, WebhooksModule } from 'nestjs-tillhook';
import { DataSource } from 'typeorm';

/** Nest injects by the types of the constructor, so the compiler must emit decorator metadata. */
@Injectable()
export class OrdersService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly webhooks: WebhookEmitter,
  ) {}

  settle(orderUid: string) {
    return this.dataSource.transaction((manager) =>
      this.webhooks.emit('ORDER_SETTLED', { order: { Uid: orderUid } }, { tenantUid: '7', manager }),
    );
  }
}

/** Nest injects by the tokens that the constructor names, so no metadata is needed. */
@Injectable()
export class TillsService {
  constructor(@Inject(WebhookEmitter) private readonly webhooks: WebhookEmitter) {}

  open(tillUid: string) {
    return this.webhooks.emit('TILL_OPEN', { till: { Uid: tillUid } }, { tenantUid: '7' });
  }
}

/** A database in the folder of the tests, a file for each of them. */
export const databaseIn = (file: string) => TypeOrmModule.forRoot({ type: 'better-sqlite3', database: file });

@Module({
  imports: [
    databaseIn('app.sqlite'),
    WebhooksModule.forRoot({
      accessPolicy: { useValue: { check: () => 'granted' } },
      isGlobal: true,
      runMigrations: true,
      retryScheduleMs: [0, 0],
      // deliverAll wakes the worker, so it does not wait for this.
      pollMs: 60_000,
      egress: { allowHttp: true, allowCidrs: ['127.0.0.1/32'] },
    }),
  ],
  providers: [OrdersService, TillsService],
})
export class AppModule {}
