import { Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { ResolvedWebhooksOptions } from '../../webhooks.resolved-options.js';
import { WEBHOOKS_OPTIONS } from '../../webhooks.tokens.js';
import { AdminController } from '../admin-controller.js';
import { ApiInvalid } from '../openapi/api-docs.js';
import { pageDto } from '../listing/page.dto.js';
import { ApiPageQuery, pageQueryOf, type PageQueryDto } from '../listing/page-query.dto.js';
import { DtoPipe, type Input } from '../validation/dto.pipe.js';
import { UidPipe } from '../validation/uid.pipe.js';
import { pageOfCatalog } from './page-of-catalog.js';
import { WebhookActionListDto } from './webhook-action.dto.js';

const SORTING = [['action'], 'action'] as const;
const ListQueryDto = pageQueryOf<'action'>(...SORTING);

/** The catalog: the actions to which a webhook can subscribe. */
@AdminController('webhookactions', 'catalogAndQuotas')
export class WebhookActionsController {
  constructor(@Inject(WEBHOOKS_OPTIONS) private readonly options: ResolvedWebhooksOptions) {}

  @Get()
  @ApiOperation({
    operationId: 'listWebhookActions',
    summary: 'List the actions that webhooks can subscribe to',
    description: 'Lists the catalog: the name, the description and an example of each action.',
  })
  @ApiPageQuery(...SORTING)
  @ApiOkResponse({ type: WebhookActionListDto, description: 'A page of the catalog.' })
  @ApiInvalid('pageSize must be an integer from 1 to 100')
  list(
    @Param('tenantUid', UidPipe) _tenantUid: string,
    @Query(new DtoPipe(ListQueryDto)) query: Input<PageQueryDto<'action'>>,
  ): WebhookActionListDto {
    return pageDto(pageOfCatalog(this.options.catalog, query), query, (item) => item);
  }
}
