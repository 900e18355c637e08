import { Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AdminController } from '../admin-controller.js';
import { ApiInvalid, ApiOptionalQuery, uidSchema } from '../openapi/api-docs.js';
import { pageDto } from '../listing/page.dto.js';
import { ApiPageQuery } from '../listing/page-query.dto.js';
import { DtoPipe, type Input } from '../validation/dto.pipe.js';
import { UidPipe } from '../validation/uid.pipe.js';
import { TenantWebhookPageQueryDto, WEBHOOK_SORTING } from './webhook-queries.dto.js';
import { webhookDto, WebhookListDto } from './webhook.dto.js';
import { WebhooksService } from './webhooks.service.js';

/** All webhooks of a tenant, over all its HTTP transports. */
@AdminController('webhooks', 'webhooks')
export class TenantWebhooksController {
  constructor(private readonly webhooks: WebhooksService) {}

  @Get()
  @ApiOperation({
    operationId: 'listWebhooks',
    summary: 'List all webhooks of the tenant',
    description: 'Lists which actions are sent to which HTTP transport.',
  })
  @ApiOptionalQuery('httpTransportUid', 'Filter by HTTP transport.', uidSchema('erp'))
  @ApiPageQuery(...WEBHOOK_SORTING)
  @ApiOkResponse({ type: WebhookListDto, description: 'A page of the webhooks of the tenant.' })
  @ApiInvalid('pageSize must be an integer from 1 to 100')
  async list(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Query(new DtoPipe(TenantWebhookPageQueryDto)) query: Input<TenantWebhookPageQueryDto>,
  ): Promise<WebhookListDto> {
    return pageDto(
      await this.webhooks.pageOfTenant(tenantUid, query.httpTransportUid, query),
      query,
      webhookDto,
    );
  }
}
