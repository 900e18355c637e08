import { Controller, Get, Inject, ServiceUnavailableException } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import { WebhooksHealth } from 'nestjs-tillhook';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { HealthView } from './health.view.js';

/** Says how the process fares. It is there without controllers too. */
@Controller('health')
@ApiTags('health')
export class HealthController {
  constructor(
    private readonly webhooks: WebhooksHealth,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /**
   * The module's report tells of the database as well, which is the app's own. Only a process that cannot work answers
   * 503: taken out of service for a clock or a switch, it would help nobody.
   */
  @Get()
  @ApiOperation({ summary: 'Is this process up, and what does it do?' })
  @ApiOkResponse({
    type: HealthView,
    description: '`ok`, or `degraded` with what wants an operator in `webhooks.reasons`.',
  })
  @ApiServiceUnavailableResponse({ type: HealthView, description: '`down`: the database cannot be reached.' })
  async check(): Promise<HealthView> {
    const webhooks = await this.webhooks.check();
    const { worker, controllers, database } = this.config;
    const health: HealthView = {
      status: webhooks.status,
      pid: process.pid,
      database: database.kind,
      worker,
      controllers,
      webhooks,
    };
    if (webhooks.status === 'down') throw new ServiceUnavailableException(health);
    return health;
  }
}
