import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { AppLogger } from './app-logger.js';
import { AppModule } from './app.module.js';
import type { AppConfig } from './config/app-config.js';

/** Takes an event of 256 KiB, also when its JSON is written with escapes. */
const BODY_LIMIT = '2mb';

/** Builds the app; it does not listen yet. Rejects, instead of ending the process, when it cannot start. */
export async function createApp(config: AppConfig): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.register(config), {
    abortOnError: false,
    logger: new AppLogger(),
  });
  app.useBodyParser('json', { limit: BODY_LIMIT });
  // Exit code 0 on SIGTERM, once what is in flight has been answered and recorded.
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  const description = new DocumentBuilder()
    .setTitle('Sample POS with nestjs-tillhook')
    .setDescription(
      'Sign in with POST /v2/account (device token demo-device, admin/admin), and authorize with its accessToken.',
    )
    .addBearerAuth()
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, description));
  return app;
}
