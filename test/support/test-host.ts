import { NestFactory } from '@nestjs/core';
import type { INestApplication, Type } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WebhookEmitter, WebhooksModule } from 'nestjs-tillhook';
import { DataSource } from 'typeorm';
import { ApiClient } from './api-client.js';
import type { Caller } from './api-client.js';
import { BearerPolicy } from './bearer-policy.js';
import type { TestDatabase } from './test-database.js';

/** Options of the module in a test host; what is left out is `TEST_DEFAULTS`. */
type ModuleOptions = Parameters<typeof WebhooksModule.forRoot>[0];

/** What a test host is made of. */
export interface TestHostOptions {
  database: TestDatabase;
  /** Default `express`. */
  platform?: 'express' | 'fastify';
  /** The host's own entities; their tables are made by `synchronize`. Default: none. */
  entities?: Type[];
  webhooks?: Partial<ModuleOptions>;
}

/** Short waits and receivers on the loopback interface. */
const TEST_DEFAULTS = {
  accessPolicy: BearerPolicy,
  runMigrations: true,
  pollMs: 25,
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
    platform = 'express',
    entities = [],
    webhooks,
  }: TestHostOptions): Promise<TestHost> {
    const host = {
      module: class HostModule {},
      imports: [
        TypeOrmModule.forRoot({ ...database.options, entities, synchronize: entities.length > 0 }),
        WebhooksModule.forRoot({ ...TEST_DEFAULTS, ...webhooks }),
      ],
    };
    const options = { logger: ['error' as const, 'warn' as const], abortOnError: false };
    const app: INestApplication =
      platform === 'fastify'
        ? await NestFactory.create(host, new FastifyAdapter(), options)
        : await NestFactory.create(host, options);
    await app.listen(0, '127.0.0.1');
    return new TestHost(app, await app.getUrl());
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
