import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import { AppLogger } from './app-logger.js';
import { AppModule } from './app.module.js';
import type { AppConfig } from './config/app-config.js';
import { documentOf } from './openapi/document.js';
import { RequestDrain } from './shutdown/request-drain.js';

/** Maximum size of a request body: an event of 256 KiB fits, even if its JSON contains escapes. */
const BODY_LIMIT = '2mb';

/** Builds the app; it does not listen yet. Rejects, instead of ending the process, when it cannot start. */
export async function createApp(config: AppConfig): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.register(config), {
    abortOnError: false,
    // Signatures of received webhooks cover the bytes that were sent.
    rawBody: true,
    logger: new AppLogger(),
    // JSON only, below: no route takes a form, and an unused parser costs time in every request.
    bodyParser: false,
    // Otherwise, one silent connection keeps the process from ending. Before connections are closed, `RequestDrain` waits for
    // requests in flight.
    forceCloseConnections: true,
  });
  app.use(app.get(RequestDrain).track);
  // An ETag is a hash of every response; nothing here is cached.
  app.disable('etag');
  app.useBodyParser('json', { limit: BODY_LIMIT });
  // On SIGTERM, the process exits with code 0 after it has responded to requests in flight and recorded its deliveries.
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  SwaggerModule.setup('docs', app, () => documentOf(app));
  return app;
}
