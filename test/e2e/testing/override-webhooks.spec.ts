import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  defineAction,
  extendCatalog,
  posCatalog,
  WebhookEmitter,
  WebhookNotifications,
  WebhooksHealth,
  WebhooksModule,
  WebhooksWorker,
} from 'nestjs-tillhook';
import {
  deliverAll,
  NotInTestsError,
  overrideWebhooks,
  RecordingWebhookEmitter,
  recordingEmitterOf,
  WebhooksTestingModule,
} from 'nestjs-tillhook/testing';
import { DataSource } from 'typeorm';
import { BearerPolicy } from '../../support/bearer-policy.js';
import { createDatabase } from '../../support/databases.js';
import type { TestDatabase } from '../../support/test-database.js';

const catalog = extendCatalog(posCatalog, {
  CARD_USED: defineAction<{ card: string }>({ description: 'A card was used.', example: { card: '12' } }),
});

/** A service of a host. */
@Injectable()
class CardsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly webhooks: WebhookEmitter<typeof catalog>,
    readonly health: WebhooksHealth,
  ) {}

  use(card: string): Promise<unknown> {
    return this.dataSource.transaction((manager) =>
      this.webhooks.emit('CARD_USED', { card }, { tenantUid: '7', manager }),
    );
  }

  useOutside(card: string): Promise<unknown> {
    const { manager } = this.dataSource;
    return this.webhooks.emit('CARD_USED', { card }, { tenantUid: '7', manager });
  }
}

/** A service that subscribes in its constructor, as services for metrics do. */
@Injectable()
class Alarms {
  readonly heard: string[] = [];

  constructor(notifications: WebhookNotifications) {
    const complete = () => this.heard.push('completed');
    notifications.all$.subscribe({ next: ({ type }) => this.heard.push(type), complete });
    notifications.of('deliveryExhausted', 'transportDisabled').subscribe(({ type }) => this.heard.push(type));
  }
}

describe('A host whose test records events', () => {
  let database: TestDatabase;
  let close: () => Promise<void>;
  beforeEach(async () => {
    database = await createDatabase('sqlite');
  });
  afterEach(async () => {
    await close();
    await database.drop();
  });

  const webhooks = WebhooksModule.forRoot({
    accessPolicy: BearerPolicy,
    catalog,
    path: 'v2',
    isGlobal: true,
  });
  const appModule = (imported: object) => {
    @Module({
      imports: [TypeOrmModule.forRoot(database.options), imported as never],
      providers: [CardsService],
    })
    class AppModule {}
    return AppModule;
  };

  it('overrides the module in the app that it tests, with the catalog of the app', async () => {
    const builder = Test.createTestingModule({ imports: [appModule(webhooks)] });
    const moduleRef = await overrideWebhooks(builder).compile();
    const app = moduleRef.createNestApplication({ logger: ['error', 'warn'] });
    close = () => app.close();
    await app.init();
    const cards = app.get(CardsService);
    await cards.use('12');
    const recorded = recordingEmitterOf(app);
    expect(recorded).toBeInstanceOf(RecordingWebhookEmitter);
    expect(recorded.events).toMatchObject([{ action: 'CARD_USED', tenantUid: '7', data: { card: '12' } }]);
    await expect(cards.useOutside('13')).rejects.toMatchObject({ code: 'MANAGER_NOT_IN_TRANSACTION' });
    await expect(cards.use(13n as unknown as string)).rejects.toMatchObject({ code: 'PAYLOAD_INVALID' });

    // The module has made no table, and its services throw instead of doing anything.
    expect(await app.get(DataSource).query("SELECT name FROM sqlite_master WHERE type = 'table'")).toEqual(
      [],
    );
    expect(() => cards.health.check()).toThrow(NotInTestsError);
    expect(() => cards.health.check()).toThrow(/^WebhooksHealth\.check is not available/);
    await expect(deliverAll(app)).rejects.toBeInstanceOf(NotInTestsError);
  });

  it('replaces the module by WebhooksTestingModule', async () => {
    const moduleRef = await Test.createTestingModule({ imports: [appModule(webhooks)] })
      .overrideModule(webhooks as never)
      .useModule(WebhooksTestingModule.forRoot({ catalog }) as never)
      .compile();
    const app = moduleRef.createNestApplication({ logger: ['error', 'warn'] });
    close = () => app.close();
    await app.init();
    await app.get(CardsService).use('12');
    expect(app.get(RecordingWebhookEmitter, { strict: false }).eventsOf('CARD_USED' as never)).toHaveLength(
      1,
    );
    expect(() => app.get(WebhooksWorker, { strict: false }).setDeliveryEnabled(false)).toThrow(
      NotInTestsError,
    );
  });

  it('lets services subscribe to notifications, and publishes none', async () => {
    const testing = WebhooksTestingModule.forRoot({ catalog });
    const databaseModule = TypeOrmModule.forRoot(database.options);
    const providers = [Alarms];
    const whole = () => Test.createTestingModule({ imports: [databaseModule, webhooks], providers });
    const builders = [
      overrideWebhooks(whole()),
      whole()
        .overrideModule(webhooks as never)
        .useModule(testing as never),
      Test.createTestingModule({ imports: [testing], providers }),
    ];
    close = () => Promise.resolve();
    for (const builder of builders) {
      const moduleRef = await builder.compile();
      const app = await moduleRef.createNestApplication({ logger: ['error', 'warn'] }).init();
      const { heard } = app.get(Alarms);
      await recordingEmitterOf(app).emit('TILL_OPEN', { till: { Uid: '1' } }, { tenantUid: '7' });
      expect(heard).toEqual([]);
      await app.close();
      expect(heard).toEqual(['completed']);
    }
  });

  it('keeps the events of two instances apart', async () => {
    @Module({
      imports: [
        TypeOrmModule.forRoot(database.options),
        WebhooksModule.forRoot({ accessPolicy: BearerPolicy, path: 'a' }),
        WebhooksModule.forRoot({ accessPolicy: BearerPolicy, path: 'b', name: 'reports' }),
      ],
    })
    class AppModule {}
    const builder = overrideWebhooks(Test.createTestingModule({ imports: [AppModule] }));
    const moduleRef = await builder.compile();
    close = () => moduleRef.close();
    await recordingEmitterOf(moduleRef, 'reports').emit(
      'TILL_OPEN',
      { till: { Uid: '1' } },
      { tenantUid: '7' },
    );
    const counts = [undefined, 'reports'].map((name) => recordingEmitterOf(moduleRef, name).events.length);
    expect(counts).toEqual([0, 1]);
  });

  it('imports WebhooksTestingModule beside the providers under test', async () => {
    const moduleRef = await Test.createTestingModule({
      imports: [TypeOrmModule.forRoot(database.options), WebhooksTestingModule.forRoot({ catalog })],
      providers: [CardsService],
    }).compile();
    close = () => moduleRef.close();
    await moduleRef.get(CardsService).use('12');
    expect(recordingEmitterOf(moduleRef).events).toHaveLength(1);
  });
});
