// A process of a host application that imports the build, started in one of several ways. It ends by itself.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WebhooksModule } from 'nestjs-tillhook';

const { how, database, webhooks, runsForMs } = JSON.parse(process.env.HOST_SETTINGS);
const imports = [
  TypeOrmModule.forRoot(database),
  WebhooksModule.forRoot({ controllers: false, runMigrations: true, ...webhooks }),
];
const host = { module: class HostModule {}, imports };
const options = { logger: ['log', 'warn', 'error'] };

const starts = {
  withoutHooks: () => NestFactory.createApplicationContext(host, options),
  // Hosts can call it only after the application has booted.
  withHooks: async () => (await NestFactory.createApplicationContext(host, options)).enableShutdownHooks(),
  withOwnHandler: async () => {
    const app = await NestFactory.createApplicationContext(host, options);
    process.once('SIGTERM', () => void app.close());
    return app;
  },
  ofHttp: async () => {
    const app = await NestFactory.create(host, options);
    await app.listen(0, '127.0.0.1');
    return app;
  },
  ofTwoInstances: () => {
    const second = WebhooksModule.forRoot({ name: 'reports', controllers: false, ...webhooks });
    return NestFactory.createApplicationContext({ ...host, imports: [...imports, second] }, options);
  },
  withoutLog: () => NestFactory.createApplicationContext(host, { logger: false }),
};
const app = await starts[how]();
setTimeout(() => void app.close(), runsForMs);
