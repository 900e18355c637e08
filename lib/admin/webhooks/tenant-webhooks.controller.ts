import { Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery } from '@nestjs/swagger';
import { AdminController, ApiInvalid } from '../admin-controller.js';
import { pageDto } from '../listing/page.dto.js';
import { ApiPageQuery } from '../listing/page-query.dto.js';
import { DtoPipe, type Input } from '../validation/dto.pipe.js';
import { UidPipe } from '../validation/uid.pipe.js';
import { TenantWebhookPageQueryDto, WEBHOOK_SORTING } from './webhook-queries.dto.js';
import { webhookDto, WebhookListDto } from './webhook.dto.js';
import { WebhooksService } from './webhooks.service.js';

/** All webhooks of a tenant, whatever their http transport. */
@AdminController('webhooks')
export class TenantWebhooksController {
  constructor(private readonly webhooks: WebhooksService) {}

  @Get()
  @ApiOperation({ operationId: 'listWebhooks', summary: 'List all webhooks of the tenant' })
  @ApiQuery({
    name: 'httpTransportUid',
    required: false,
    description: 'Only the webhooks of this http transport.',
    schema: { type: 'string', pattern: '^[A-Za-z0-9_-]+$', maxLength: 64 },
    example: 'erp',
  })
  @ApiPageQuery(...WEBHOOK_SORTING)
  @ApiOkResponse({ type: WebhookListDto, description: 'A page of the tenant’s webhooks.' })
  @ApiInvalid()
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
