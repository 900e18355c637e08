import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DuplicateInstanceError, WebhookEmitter, WebhooksModule } from 'nestjs-tillhook';
import { DataSource } from 'typeorm';
import { RecipeApp } from '../../support/recipe-app.js';
import { createSqliteDatabase } from '../../support/sqlite.js';
import type { TestDatabase } from '../../support/test-database.js';
import { AppModule as InstancesModule, TillsService } from './instances/app.module.js';
import { AdminAppModule, TillsAppModule, WorkerAppModule } from './monorepo/apps.js';
import { AppModule as NotGlobalModule, OrdersService as NotGlobalOrders } from './not-global/app.module.js';
import {
  AppModule as SingleModule,
  OrdersService as SingleOrders,
  TENANT,
} from './single-tenant/app.module.js';
import { ApiModule, WorkerModule } from './split/app.module.js';
import { migrate } from './split/migrate.js';

describe('the recipes for modules and processes', () => {
  const databases: TestDatabase[] = [];
  const apps: RecipeApp[] = [];
  let file: string;
  const newFile = async (): Promise<string> => {
    const database = await createSqliteDatabase();
    databases.push(database);
    return String(database.options.database);
  };
  const start = async (...args: Parameters<typeof RecipeApp.start>): Promise<RecipeApp> => {
    const app = await RecipeApp.start(...args);
    apps.push(app);
    return app;
  };
  let connecting: jest.Spied<DataSource['initialize']>;
  beforeEach(async () => {
    file = await newFile();
    connecting = jest.spyOn(DataSource.prototype, 'initialize');
  });
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
    // Nest closes nothing of an application that did not start.
    for (const { value } of connecting.mock.results) {
      const dataSource = await (value as Promise<DataSource>).catch(() => undefined);
      if (dataSource?.isInitialized) await dataSource.destroy();
    }
    connecting.mockRestore();
    for (const database of databases.splice(0)) await database.drop();
    delete process.env.RENTAL_DATABASE_FILE;
    delete process.env.ADMIN_TOKEN;
  });

  describe('a module that is not global', () => {
    it('gives the emitter to modules that import it', async () => {
      const app = await start(NotGlobalModule, { file });
      const receiver = await app.subscribe('7');
      await app.get(NotGlobalOrders).settle('7', '700');
      expect(await app.arrived(receiver)).toMatchObject([{ action: 'ORDER_SETTLED', order: { Uid: '700' } }]);
    });

    it('gives it to no others', async () => {
      @Injectable()
      class Stranger {
        constructor(readonly webhooks: WebhookEmitter) {}
      }
      @Module({ imports: [NotGlobalModule], providers: [Stranger] })
      class StrangeModule {}
      process.env.DATABASE_FILE = file;
      const app = NestFactory.create(StrangeModule, { logger: false, abortOnError: false });
      await expect(app).rejects.toThrow('WebhookEmitter');
    });

    it('is refused if it is configured a second time', async () => {
      const again = WebhooksModule.forRoot({ accessPolicy: () => 'granted', worker: false });
      @Module({ imports: [NotGlobalModule, again] })
      class TwiceModule {}
      process.env.DATABASE_FILE = file;
      const app = NestFactory.create(TwiceModule, { logger: false, abortOnError: false });
      await expect(app).rejects.toBeInstanceOf(DuplicateInstanceError);
    });
  });

  describe('a monorepo', () => {
    it('delivers in one app what another one has emitted; a third one administers the receiver', async () => {
      const worker = await start(WorkerAppModule, { file });
      const admin = await start(AdminAppModule, { file });
      const tills = await start(TillsAppModule, { file });
      const receiver = await admin.subscribe('7');
      const response = await fetch(`${tills.url}/tenants/7/giftcards/redeem`, { method: 'POST' });
      expect(response.status).toBe(201);
      expect(await worker.arrived(receiver)).toEqual([
        { action: 'GIFT_CARD_REDEEMED', tenant: { Uid: '7' }, amount: 2500 },
      ]);
      const statuses = await Promise.all(
        [admin, tills, worker].map(async (app) => (await app.request('/tenants/7/quotas'))[0]),
      );
      expect(statuses).toEqual([200, 404, 404]);
    });
  });

  describe('an API process and a worker process', () => {
    it('share the work, and health says which is which', async () => {
      expect(await migrate(file)).not.toEqual([]);
      const api = await start(ApiModule, { file });
      const worker = await start(WorkerModule, { file });
      const receiver = await api.subscribe('7');
      await api.get(WebhookEmitter).emit('TILL_OPEN', { till: { Uid: '30' } }, { tenantUid: '7' });
      expect(await worker.arrived(receiver)).toMatchObject([{ action: 'TILL_OPEN' }]);
      expect(await api.request('/health')).toMatchObject([200, { status: 'ok', worker: { enabled: false } }]);
      expect(await worker.request('/health')).toMatchObject([
        200,
        { status: 'ok', worker: { enabled: true } },
      ]);
    });

    it('do not start before the migrations have run', async () => {
      await expect(start(ApiModule, { file })).rejects.toMatchObject({ code: 'SCHEMA_BEHIND' });
    });
  });

  describe('a single tenant', () => {
    it('has its events delivered, and its admin sees no other tenant', async () => {
      process.env.ADMIN_TOKEN = 'secret';
      const app = await start(SingleModule, { file });
      const receiver = await app.subscribe(TENANT);
      await app.get(SingleOrders).settle('700');
      expect(await app.arrived(receiver)).toEqual([
        { action: 'ORDER_SETTLED', tenant: { Uid: 'main' }, order: { Uid: '700' } },
      ]);
      const headers = { authorization: 'Bearer secret' };
      expect((await app.request('/tenants/main/quotas', headers))[0]).toBe(200);
      expect((await app.request('/tenants/other/quotas', headers))[0]).toBe(403);
      expect((await app.request('/tenants/main/quotas'))[0]).toBe(401);
    });
  });

  describe('several instances', () => {
    it('deliver from their own databases, and have their own routes', async () => {
      process.env.RENTAL_DATABASE_FILE = await newFile();
      const app = await start(InstancesModule, { file });
      const [shop, rental] = [await app.subscribe('7', 'shop'), await app.subscribe('7', 'rental')];
      await app.get(TillsService).openBoth('7');
      expect(await app.arrived(shop, 'shop')).toMatchObject([{ till: { Uid: 'shop-1' } }]);
      expect(await app.arrived(rental, 'rental')).toMatchObject([{ till: { Uid: 'rental-1' } }]);
      for (const path of ['/shop', '/rental'])
        expect(await app.request(`${path}/tenants/7/quotas`)).toMatchObject([
          200,
          { transports: { used: 1 } },
        ]);
    });
  });
});
