import { Controller, Get, Inject, ServiceUnavailableException } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import { WebhooksHealth, type HealthReasonCode } from 'nestjs-tillhook';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { HealthView } from './health.view.js';

/** Without the tables nothing can be emitted. A worker that fails does not keep the process from serving requests. */
const CANNOT_EMIT: readonly HealthReasonCode[] = ['DATABASE_UNREACHABLE', 'TABLES_MISSING'];

/** Reports the health of this process. The route also exists in a process without controllers. */
@Controller('health')
@ApiTags('health')
export class HealthController {
  constructor(
    private readonly webhooks: WebhooksHealth,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /**
   * The module's report also covers the database, which the app shares with it. The status is 503 only if the process cannot
   * emit: a load balancer must not remove a process because of a wrong clock or a kill switch.
   */
  @Get()
  @ApiOperation({ summary: 'Is this process up, and what does it do?', security: [] })
  @ApiOkResponse({
    type: HealthView,
    description:
      'The process serves requests. `webhooks.reasons` lists problems that need an operator, such as a worker that fails.',
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
