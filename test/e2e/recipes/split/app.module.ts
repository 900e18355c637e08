// split/app.module.ts
import { Controller, Get, Module } from '@nestjs/common';
import { WebhooksHealth, WebhooksModule, type WebhooksHealthReport } from 'nestjs-tillhook';
import { accessPolicy, DatabaseModule, egress } from '../shop.js';

@Controller('health')
export class HealthController {
  constructor(private readonly webhooks: WebhooksHealth) {}

  @Get()
  check(): Promise<WebhooksHealthReport> {
    return this.webhooks.check();
  }
}

/** Serves the admin API and emits. */
@Module({
  imports: [DatabaseModule, WebhooksModule.forRoot({ egress, isGlobal: true, accessPolicy, worker: false })],
  controllers: [HealthController],
})
export class ApiModule {}

/** Fans out and delivers; its HTTP server has the health report and nothing else. */
@Module({
  imports: [DatabaseModule, WebhooksModule.forRoot({ egress, isGlobal: true, controllers: false })],
  controllers: [HealthController],
})
export class WorkerModule {}
