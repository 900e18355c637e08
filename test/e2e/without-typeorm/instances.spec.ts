import { Module, type FactoryProvider, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { TypeOrmModule } from '@nestjs/typeorm';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  describeWebhooks,
  getWebhooksToken,
  HttpTransports,
  Webhooks,
  WebhookDeliveries,
  WebhookEmitter,
  WebhooksHealth,
  WebhooksModule,
} from 'nestjs-tillhook';
import { DataSource } from 'typeorm';
import { createDatabase } from '../../support/databases.js';
import { eventually } from '../../support/eventually.js';
import { LogCapture } from '../../support/log-capture.js';
import { openPlainClient } from '../../support/plain-client.js';
import { Receiver } from '../../support/receiver.js';
import type { DatabaseKind, TestDatabase } from '../../support/test-database.js';

const COMMON = {
  runMigrations: true,
  pollMs: 25,
  egress: { allowCidrs: ['127.0.0.1/32'], allowHttp: true },
};
const accessPolicy = () => 'granted' as const;
const ORDER = { order: { Uid: '700' } };

/** Services that one instance exports. */
interface Instance {
  readonly emitter: WebhookEmitter;
  readonly transports: HttpTransports;
  readonly webhooks: Webhooks;
  readonly deliveries: WebhookDeliveries;
  readonly health: WebhooksHealth;
}

/** Injects the services of an instance, because `app.get()` does not distinguish the unnamed instance from the named one. */
const instanceProvider = (token: string, name?: string): FactoryProvider<Instance> => ({
  provide: token,
  useFactory: (
    emitter: WebhookEmitter,
    transports: HttpTransports,
    webhooks: Webhooks,
    deliveries: WebhookDeliveries,
    health: WebhooksHealth,
  ) => ({ emitter, transports, webhooks, deliveries, health }),
  inject: [WebhookEmitter, HttpTransports, Webhooks, WebhookDeliveries, WebhooksHealth].map((type) =>
    getWebhooksToken(type, name),
  ),
});

describe('Instances without a data source', () => {
  const databases: TestDatabase[] = [];
  let app: INestApplication | undefined;
  let receiver: Receiver | undefined;
  afterEach(async () => {
    await app?.close();
    await receiver?.close();
    [app, receiver] = [undefined, undefined];
    // On PostgreSQL this fails if a connection is left.
    for (const database of databases.splice(0)) await database.drop();
  });

  const create = async (kind: DatabaseKind): Promise<TestDatabase> => {
    const database = await createDatabase(kind);
    databases.push(database);
    return database;
  };

  const start = async (imports: unknown[], log = new LogCapture()): Promise<INestApplication> => {
    @Module({
      imports: imports as [],
      providers: [instanceProvider('shop'), instanceProvider('till', 'till')],
    })
    class HostModule {}
    app = await NestFactory.create(HostModule, { logger: log, abortOnError: false });
    app.enableShutdownHooks();
    await app.listen(0, '127.0.0.1');
    return app;
  };

  /** Subscribes the receiver to everything of the tenant, emits, and waits for the delivery in the log. */
  const deliver = async ({ emitter, transports, webhooks, deliveries }: Instance): Promise<void> => {
    receiver ??= await Receiver.start();
    const { httpTransportUid } = await transports.create('7', { name: 'ERP', url: receiver.url });
    await webhooks.create('7', httpTransportUid, { action: '*' });
    await emitter.emit('ORDER_SETTLED', ORDER, { tenantUid: '7' });
    const log = async (): Promise<true> => {
      const { items } = await deliveries.list('7');
      expect(items).toMatchObject([{ status: 'DELIVERED' }]);
      return true;
    };
    await eventually(log, { what: 'the delivery' });
  };

  it('each work in the database of their own url, also from forRootAsync, and close it', async () => {
    const [shop, till] = [await create('postgres'), await create('sqlite')];
    const host = await start([
      WebhooksModule.forRootAsync({
        useFactory: () => ({ ...COMMON, database: { url: shop.url } }),
        accessPolicy,
        path: 'shop',
      }),
      WebhooksModule.forRoot({
        ...COMMON,
        name: 'till',
        path: 'till',
        accessPolicy,
        database: { url: till.url },
      }),
    ]);
    const [inShop, inTill] = [host.get<Instance>('shop'), host.get<Instance>('till')];
    await deliver(inShop);
    await deliver(inTill);
    expect(await inTill.health.check()).toMatchObject({ status: 'ok' });
    for (const database of [shop, till]) {
      const client = await openPlainClient(database);
      expect(await client.query('SELECT tenant_uid FROM webhook_event')).toEqual([{ tenant_uid: '7' }]);
      await client.close();
    }
    const document = describeWebhooks(SwaggerModule.createDocument(host, new DocumentBuilder().build()));
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        '/shop/tenants/{tenantUid}/httptransports',
        '/till/tenants/{tenantUid}/httptransports',
      ]),
    );
  });

  it('work beside one with a data source', async () => {
    const [shop, till] = [await create('sqlite'), await create('postgres')];
    let dataSource: DataSource | undefined;
    const host = await start([
      TypeOrmModule.forRootAsync({
        name: 'till',
        useFactory: () => ({ ...till.options, name: 'till' }),
        dataSourceFactory: async (options) => (dataSource = await new DataSource(options!).initialize()),
      }),
      WebhooksModule.forRoot({ ...COMMON, path: 'shop', accessPolicy, database: { url: shop.url } }),
      WebhooksModule.forRoot({ ...COMMON, name: 'till', path: 'till', accessPolicy, dataSource: 'till' }),
    ]);
    const [inShop, inTill] = [host.get<Instance>('shop'), host.get<Instance>('till')];
    await deliver(inShop);
    await deliver(inTill);
    await dataSource!.transaction(async (manager) => {
      await inTill.emitter.emit('ORDER_SETTLED', ORDER, { tenantUid: '7', manager });
      await expect(
        inShop.emitter.emit('ORDER_SETTLED', ORDER, { tenantUid: '7', manager }),
      ).rejects.toMatchObject({ code: 'FOREIGN_MANAGER' });
    });
  });
});
