import { Controller, Get, Inject, ServiceUnavailableException } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import { WebhooksHealth, type HealthReasonCode } from 'nestjs-tillhook';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { HealthView } from './health.view.js';

/** Without the tables nothing can be emitted. A worker that fails does not keep the process from serving requests. */
const CANNOT_EMIT: readonly HealthReasonCode[] = ['DATABASE_UNREACHABLE', 'TABLES_MISSING'];

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
  @ApiOperation({ summary: 'Is this process up, and what does it do?', security: [] })
  @ApiOkResponse({
    type: HealthView,
    description:
      'The process serves requests. `webhooks.reasons` has what wants an operator, such as a worker that is `down`.',
  })
  @ApiServiceUnavailableResponse({
    type: HealthView,
    description: 'The database cannot be reached, or tables are missing.',
  })
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
    if (webhooks.reasons.some(({ code }) => CANNOT_EMIT.includes(code)))
      throw new ServiceUnavailableException(health);
    return health;
  }
}
