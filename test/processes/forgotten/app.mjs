// A host app that delivers once, and that nobody closes. The built package is imported by its name, as hosts do.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WebhookEmitter, WebhooksModule } from 'nestjs-tillhook';
import { deliverAll } from 'nestjs-tillhook/testing';

class AppModule {}

/** Starts it on the database of the environment, emits and delivers. @returns the uid of the event */
export async function runAndForget() {
  const options = JSON.parse(process.env.HOST_DATABASE);
  const host = {
    module: AppModule,
    imports: [
      TypeOrmModule.forRoot({ ...options, extra: { allowExitOnIdle: true } }),
      WebhooksModule.forRoot({ controllers: false, runMigrations: true, pollMs: 50 }),
    ],
  };
  const app = await NestFactory.createApplicationContext(host, { logger: ['error'], abortOnError: false });
  const emitted = await app
    .get(WebhookEmitter, { strict: false })
    .emit('TILL_OPEN', { till: { Uid: '1' } }, { tenantUid: '7' });
  await deliverAll(app);
  // Long enough for the module's connection that listens to be open.
  await new Promise((resolve) => setTimeout(resolve, 500));
  return emitted.eventUid;
}
