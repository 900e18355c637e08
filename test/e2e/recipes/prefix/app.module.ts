// prefix/app.module.ts
import { Module, VersioningType, type INestApplication } from '@nestjs/common';
import { WebhooksModule } from 'nestjs-tillhook';
import { accessPolicy, DatabaseModule } from '../shop.js';

@Module({
  imports: [DatabaseModule, WebhooksModule.forRoot({ path: 'webhooks', accessPolicy, runMigrations: true })],
})
export class AppModule {}

/** Call it in main.ts before `app.listen`. */
export function configure(app: INestApplication): void {
  app.setGlobalPrefix('api');
  app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
}
