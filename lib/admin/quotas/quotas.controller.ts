import { Get, Inject, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { MOST_PENDING_COUNTED, UsageRepository } from '../../persistence/repositories/usage.repository.js';
import type { ResolvedWebhooksOptions } from '../../webhooks.resolved-options.js';
import { WEBHOOKS_OPTIONS } from '../../webhooks.tokens.js';
import { AdminController } from '../admin-controller.js';
import { ApiInvalid, INVALID_TENANT_UID } from '../openapi/api-docs.js';
import { UidPipe } from '../validation/uid.pipe.js';
import { QuotasDto } from './quotas.dto.js';

/** The quotas of a tenant, and how much of them it uses. */
@AdminController('quotas', 'catalogAndQuotas')
export class QuotasController {
  constructor(
    private readonly usages: UsageRepository,
    @Inject(WEBHOOKS_OPTIONS) private readonly options: ResolvedWebhooksOptions,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'getWebhookQuotas',
    summary: 'Get the quotas and their usage',
    description:
      'Returns how many HTTP transports, webhooks and pending deliveries the tenant has and may have.',
  })
  @ApiOkResponse({ type: QuotasDto, description: 'Quotas of the tenant.' })
  @ApiInvalid(INVALID_TENANT_UID)
  async get(@Param('tenantUid', UidPipe) tenantUid: string): Promise<QuotasDto> {
    const { transports, webhooks, pendingDeliveries } = await this.usages.of(tenantUid);
    return {
      transports: { used: transports, limit: this.options.maxTransportsPerTenant },
      webhooks: { used: webhooks, limit: this.options.maxWebhooksPerTenant },
      pendingDeliveries: {
        used: pendingDeliveries,
        ...(pendingDeliveries >= MOST_PENDING_COUNTED && { isAtLeast: true }),
        limit: this.options.maxPendingDeliveriesPerTenant,
      },
    };
  }
}
