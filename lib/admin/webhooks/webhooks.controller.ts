import { Body, Delete, Get, HttpCode, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AdminController } from '../admin-controller.js';
import { RequestActor } from '../audit/request-actor.js';
import {
  ApiConflicting,
  ApiInvalid,
  ApiJsonBody,
  ApiMissing,
  ApiUid,
  invalidUid,
} from '../openapi/api-docs.js';
import { pageDto } from '../listing/page.dto.js';
import { ApiPageQuery } from '../listing/page-query.dto.js';
import { DtoPipe, type Input } from '../validation/dto.pipe.js';
import { WithoutBlanksPipe } from '../validation/without-blanks.pipe.js';
import { UidPipe } from '../validation/uid.pipe.js';
import { CreateWebhookDto, ReplaceWebhookDto, UpdateWebhookDto } from './webhook-bodies.dto.js';
import { CREATE_EXAMPLES, REPLACE_EXAMPLES, UPDATE_EXAMPLES } from './webhook-examples.js';
import { WEBHOOK_SORTING, WebhookPageQueryDto, type WebhookPageQuery } from './webhook-queries.dto.js';
import { WebhookDto, webhookDto, WebhookListDto } from './webhook.dto.js';
import { WebhooksService } from './webhooks.service.js';

const ApiWebhookUid = () => ApiUid('webhookUid', 'Uid of the webhook.', 'erp-orders');
const INPUT_CODES = ['UNKNOWN_ACTION', 'READ_ONLY_FIELD'] as const;

/** The webhooks of one HTTP transport: which events are sent there. */
@AdminController('httptransports/:httpTransportUid/webhooks', 'webhooks')
@ApiUid('httpTransportUid', 'Uid of the HTTP transport.', 'erp')
export class WebhooksController {
  constructor(private readonly webhooks: WebhooksService) {}

  @Get()
  @ApiOperation({
    operationId: 'listWebhooksOfHttpTransport',
    summary: 'List the webhooks of an HTTP transport',
    description: 'Lists which actions are sent to the HTTP transport.',
  })
  @ApiPageQuery(...WEBHOOK_SORTING)
  @ApiOkResponse({ type: WebhookListDto, description: 'A page of the webhooks of the HTTP transport.' })
  @ApiInvalid('pageSize must be an integer from 1 to 100')
  @ApiMissing('HTTP_TRANSPORT')
  async list(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
    @Query(new DtoPipe(WebhookPageQueryDto)) query: Input<WebhookPageQuery>,
  ): Promise<WebhookListDto> {
    return pageDto(
      await this.webhooks.pageOfTransport(tenantUid, httpTransportUid, query),
      query,
      webhookDto,
    );
  }

  @Post()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'createWebhook',
    summary: 'Create a webhook',
    description:
      'Creates a webhook, which matches events that are emitted from now on. An event is sent to an HTTP transport once, even if several of its webhooks match.',
  })
  @ApiJsonBody(CreateWebhookDto, CREATE_EXAMPLES)
  @ApiOkResponse({ type: WebhookDto, description: 'The new webhook.' })
  @ApiInvalid('action must be a string', ...INPUT_CODES)
  @ApiMissing('HTTP_TRANSPORT')
  @ApiConflicting('UID_TAKEN', 'The tenant already has a webhook with this uid.', 'QUOTA_EXCEEDED')
  async create(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
    @Body(new WithoutBlanksPipe(CreateWebhookDto), new DtoPipe(CreateWebhookDto))
    body: Input<CreateWebhookDto>,
    @RequestActor() actor: string | null,
  ): Promise<WebhookDto> {
    return webhookDto(await this.webhooks.create(tenantUid, httpTransportUid, body, actor));
  }

  @Get(':webhookUid')
  @ApiOperation({
    operationId: 'getWebhook',
    summary: 'Get a webhook',
    description: 'Returns the webhook.',
  })
  @ApiWebhookUid()
  @ApiOkResponse({ type: WebhookDto, description: 'The webhook.' })
  @ApiInvalid(invalidUid('webhookUid'))
  @ApiMissing('WEBHOOK', 'HTTP_TRANSPORT_NOT_FOUND')
  async get(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
    @Param('webhookUid', UidPipe) webhookUid: string,
  ): Promise<WebhookDto> {
    return webhookDto(await this.webhooks.get({ tenantUid, httpTransportUid, webhookUid }));
  }

  @Put(':webhookUid')
  @ApiOperation({
    operationId: 'replaceWebhook',
    summary: 'Replace a webhook',
    description:
      'Replaces `action`. `enabled` and `ordered` keep their values if they are omitted. You can send back a webhook exactly as you read it.',
  })
  @ApiWebhookUid()
  @ApiJsonBody(ReplaceWebhookDto, REPLACE_EXAMPLES)
  @ApiOkResponse({ type: WebhookDto, description: 'The changed webhook.' })
  @ApiInvalid('action must be a string', ...INPUT_CODES)
  @ApiMissing('WEBHOOK', 'HTTP_TRANSPORT_NOT_FOUND')
  async replace(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
    @Param('webhookUid', UidPipe) webhookUid: string,
    @Body(new DtoPipe(ReplaceWebhookDto)) body: Input<ReplaceWebhookDto>,
    @RequestActor() actor: string | null,
  ): Promise<WebhookDto> {
    return webhookDto(await this.webhooks.change({ tenantUid, httpTransportUid, webhookUid }, body, actor));
  }

  @Patch(':webhookUid')
  @ApiOperation({
    operationId: 'updateWebhook',
    summary: 'Change fields of a webhook',
    description: 'Changes the given fields; omitted fields keep their values.',
  })
  @ApiWebhookUid()
  @ApiJsonBody(UpdateWebhookDto, UPDATE_EXAMPLES)
  @ApiOkResponse({ type: WebhookDto, description: 'The changed webhook.' })
  @ApiInvalid('action must be a string', ...INPUT_CODES)
  @ApiMissing('WEBHOOK', 'HTTP_TRANSPORT_NOT_FOUND')
  async update(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
    @Param('webhookUid', UidPipe) webhookUid: string,
    @Body(new DtoPipe(UpdateWebhookDto)) body: Input<UpdateWebhookDto>,
    @RequestActor() actor: string | null,
  ): Promise<WebhookDto> {
    return webhookDto(await this.webhooks.change({ tenantUid, httpTransportUid, webhookUid }, body, actor));
  }

  @Delete(':webhookUid')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'deleteWebhook',
    summary: 'Delete a webhook',
    description:
      'Deletes the webhook, so it matches no more events. Deliveries that exist are still sent, because another webhook of the same HTTP transport may match the event too. To stop them, delete or pause the HTTP transport.',
  })
  @ApiWebhookUid()
  @ApiNoContentResponse({ description: 'Deleted.' })
  @ApiInvalid(invalidUid('webhookUid'))
  @ApiMissing('WEBHOOK', 'HTTP_TRANSPORT_NOT_FOUND')
  async delete(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
    @Param('webhookUid', UidPipe) webhookUid: string,
    @RequestActor() actor: string | null,
  ): Promise<void> {
    await this.webhooks.delete({ tenantUid, httpTransportUid, webhookUid }, actor);
  }
}
