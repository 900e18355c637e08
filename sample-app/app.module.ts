import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WebhooksModule } from 'nestjs-tillhook';
import { AccountModule } from './account/account.module.js';
import { PosAccessPolicy } from './account/pos-access-policy.js';
import { APP_CONFIG, type AppConfig } from './config/app-config.js';
import { openDatabase } from './database/open-database.js';
import { AppErrorFilter } from './errors/app-error.filter.js';
import { ExampleTrafficModule } from './example-traffic/example-traffic.module.js';
import { HealthController } from './health/health.controller.js';
import { PaymentsModule } from './payments/payments.module.js';
import { PosModule } from './pos.module.js';
import { ShutdownModule } from './shutdown/shutdown.module.js';

/** The whole app: a POS that has mounted the webhooks module. */
@Module({})
export class AppModule {
  static register(config: AppConfig): DynamicModule {
    const { worker, controllers, database, webhooks, exampleTraffic } = config;
    return {
      module: AppModule,
      imports: [
        TypeOrmModule.forRootAsync({
          // `openDatabase` itself waits for the database.
          useFactory: () => ({ toRetry: () => false }),
          dataSourceFactory: () => openDatabase(database),
        }),
        // Express tries routes in the order in which they are registered: the busiest come first.
        ...(controllers ? [PosModule, PaymentsModule.register(config.paymentSecrets)] : []),
        WebhooksModule.forRootAsync({
          // Provides the dependencies of the access policy.
          imports: [AccountModule],
          useFactory: () => webhooks,
          accessPolicy: PosAccessPolicy,
          isGlobal: true,
          path: 'v2',
          controllers,
          worker,
          // The page for tenants' admins, at /v2/portal.
          portal: { title: 'Sample POS webhooks' },
          // The console for the people who run this app, at /v2/operatorportal. PosAccessPolicy decides who they are.
          operatorPortal: true,
        }),
        ...(exampleTraffic ? [ExampleTrafficModule] : []),
        ShutdownModule,
      ],
      controllers: [HealthController],
      providers: [
        { provide: APP_CONFIG, useValue: config },
        { provide: APP_FILTER, useClass: AppErrorFilter },
      ],
    };
  }
}
