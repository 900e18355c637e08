import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core';
import type { INestApplication, LoggerService, Provider, Type } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WebhookEmitter, WebhooksModule } from 'nestjs-tillhook';
import { DataSource } from 'typeorm';
import { ApiClient } from './api-client.js';
import type { Caller } from './api-client.js';
import { BearerPolicy } from './bearer-policy.js';
import type { TestDatabase } from './test-database.js';

/** Options of the module in a test host. Omitted options have the values of `TEST_DEFAULTS`. */
type ModuleOptions = Parameters<typeof WebhooksModule.forRoot>[0];

/** Settings of a test host. */
export interface TestHostOptions {
  database: TestDatabase;
  /** False: the app does not import `TypeOrmModule`, and the module gets the url of the database. Default `true`. */
  typeOrm?: boolean;
  /** Default `express`. */
  platform?: 'express' | 'fastify';
  /** The host's own entities; their tables are made by `synchronize`. Default: none. */
  entities?: Type[];
  /** The host's own routes. Default: none. */
  controllers?: Type[];
  /** The host's own providers, such as a global guard. Default: none. */
  providers?: Provider[];
  /** Called before the app listens, for prefixes, versions and middleware. Default: nothing. */
  configure?: (app: INestApplication) => void;
  webhooks?: Partial<ModuleOptions>;
  /** Default: Nest's own, for warnings and errors. */
  logger?: LoggerService;
}

/** Short waits and receivers on the loopback interface. */
const TEST_DEFAULTS = {
  accessPolicy: BearerPolicy,
  runMigrations: true,
  pollMs: 25,
  // Tests write rows with old dates, which the retention job would delete. Tests of retention enable it.
  retention: false as const,
  egress: { allowCidrs: ['127.0.0.1/32'], allowHttp: true },
} satisfies Partial<ModuleOptions>;

/** A host app that mounts the module, with its HTTP server on a loopback port. */
export class TestHost {
  private constructor(
    readonly app: INestApplication,
    /** Where the host is served, without a trailing slash. */
    readonly url: string,
  ) {}

  static async start({
    database,
    typeOrm = true,
    platform = 'express',
    entities = [],
    controllers = [],
    providers = [],
    configure = () => undefined,
    webhooks,
    logger,
  }: TestHostOptions): Promise<TestHost> {
    let connecting: Promise<DataSource> | undefined;
    const host = {
      module: class HostModule {},
      controllers,
      providers,
      imports: [
        ...(typeOrm
          ? [
              TypeOrmModule.forRootAsync({
                useFactory: () => ({ ...database.options, entities, synchronize: entities.length > 0 }),
                dataSourceFactory: (options) => (connecting = new DataSource(options!).initialize()),
              }),
            ]
          : []),
        WebhooksModule.forRoot({
          ...TEST_DEFAULTS,
          ...(!typeOrm && { database: { url: database.url } }),
          ...webhooks,
        }),
      ],
    };
    const options = { logger: logger ?? ['error' as const, 'warn' as const], abortOnError: false };
    try {
      const app: INestApplication =
        platform === 'fastify'
          ? await NestFactory.create(host, await fastify(), options)
          : await NestFactory.create(host, options);
      configure(app);
      await app.listen(0, '127.0.0.1');
      return new TestHost(app, await app.getUrl());
    } catch (error) {
      // Nest closes nothing of an app that did not start.
      await connecting?.then((dataSource) => dataSource.destroy());
      throw error;
    }
  }

  /** The host's own data source, on which its transactions run. */
  get dataSource(): DataSource {
    return this.app.get(DataSource);
  }

  get emitter(): WebhookEmitter {
    return this.app.get(WebhookEmitter, { strict: false });
  }

  /** The admin API of a tenant, called over HTTP. */
  api(tenantUid: string, caller: Caller = 'admin'): ApiClient {
    return new ApiClient(this.url, tenantUid, caller);
  }

  close(): Promise<void> {
    return this.app.close();
  }
}

/** Imported only if a test uses it, because that takes a tenth of the load time of a test file. */
const fastify = async (): Promise<AbstractHttpAdapter> =>
  new (await import('@nestjs/platform-fastify')).FastifyAdapter();
