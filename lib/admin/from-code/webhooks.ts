import { Injectable } from '@nestjs/common';
import { pageDto } from '../listing/page.dto.js';
import { DtoPipe } from '../validation/dto.pipe.js';
import { CreateWebhookDto, UpdateWebhookDto } from '../webhooks/webhook-bodies.dto.js';
import { TenantWebhookPageQueryDto } from '../webhooks/webhook-queries.dto.js';
import { webhookDto } from '../webhooks/webhook.dto.js';
import { WebhooksService, type WebhookPath } from '../webhooks/webhooks.service.js';
import type {
  ChangedBy,
  CreateWebhook,
  UpdateWebhook,
  Webhook,
  WebhookList,
  WebhookQuery,
} from './admin-types.js';
import { checkedActor } from './checked-actor.js';
import { checkedInput, checkedUid, withApiErrors } from './checked-input.js';

const CREATE = new DtoPipe(CreateWebhookDto);
const UPDATE = new DtoPipe(UpdateWebhookDto);
const LIST = new DtoPipe(TenantWebhookPageQueryDto);

/**
 * Webhooks (which actions go to which HTTP transport) from code. Every method applies the rules of the REST API except
 * access: you decide who may call it. It throws `ApiError`, as `HttpTransports` does. The last argument of methods that
 * change something, `{ actor }`, says who makes the change, for the audit.
 */
@Injectable()
export class Webhooks {
  constructor(private readonly webhooks: WebhooksService) {}

  /**
   * Creates a webhook. Events that are emitted from now on are matched.
   *
   * @param input `action` is required: an action of the catalog, `*`, or a prefix that ends in `_*` and matches an action.
   *   Unlike in the REST API, an empty text does not count as omitted
   * @throws {ApiError} `HTTP_TRANSPORT_NOT_FOUND`, `UNKNOWN_ACTION`, `READ_ONLY_FIELD`, `UID_TAKEN`, `QUOTA_EXCEEDED`
   */
  create(
    tenantUid: string,
    httpTransportUid: string,
    input: CreateWebhook,
    by?: ChangedBy,
  ): Promise<Webhook> {
    return withApiErrors(async () => {
      const actor = checkedActor(by);
      const tenant = checkedUid('tenantUid', tenantUid);
      const transport = checkedUid('httpTransportUid', httpTransportUid);
      const body = await checkedInput(CREATE, 'input', input);
      return webhookDto(await this.webhooks.create(tenant, transport, body, actor));
    });
  }

  /**
   * Returns one webhook.
   *
   * @throws {ApiError} `WEBHOOK_NOT_FOUND`, `HTTP_TRANSPORT_NOT_FOUND`
   */
  get(tenantUid: string, httpTransportUid: string, webhookUid: string): Promise<Webhook> {
    return withApiErrors(async () =>
      webhookDto(await this.webhooks.get(checkedPath(tenantUid, httpTransportUid, webhookUid))),
    );
  }

  /**
   * Returns one page of the tenant's webhooks.
   *
   * @param query `httpTransportUid`: only the webhooks of this transport (none if there is no such transport);
   *   `pageNumber` from 1 (default 1), `pageSize` 1 to 100 (default 25), `sortBy` (default `createdAt`), `sortDirection`
   *   (default `ASC`)
   */
  list(tenantUid: string, query?: WebhookQuery): Promise<WebhookList> {
    return withApiErrors(async () => {
      const tenant = checkedUid('tenantUid', tenantUid);
      const request = await checkedInput(LIST, 'query', query);
      const page = await this.webhooks.pageOfTenant(tenant, request.httpTransportUid, request);
      return pageDto(page, request, webhookDto);
    });
  }

  /**
   * Changes the given fields and no others, as `PATCH` does.
   *
   * @throws {ApiError} `WEBHOOK_NOT_FOUND`, `HTTP_TRANSPORT_NOT_FOUND`, `UNKNOWN_ACTION`, `READ_ONLY_FIELD`
   */
  update(
    tenantUid: string,
    httpTransportUid: string,
    webhookUid: string,
    input: UpdateWebhook,
    by?: ChangedBy,
  ): Promise<Webhook> {
    return withApiErrors(async () => {
      const actor = checkedActor(by);
      const path = checkedPath(tenantUid, httpTransportUid, webhookUid);
      const body = await checkedInput(UPDATE, 'input', input);
      return webhookDto(await this.webhooks.change(path, body, actor));
    });
  }

  /**
   * Deletes the webhook. Deliveries that already exist are still sent.
   *
   * @throws {ApiError} `WEBHOOK_NOT_FOUND`, `HTTP_TRANSPORT_NOT_FOUND`
   */
  delete(tenantUid: string, httpTransportUid: string, webhookUid: string, by?: ChangedBy): Promise<void> {
    return withApiErrors(async () =>
      this.webhooks.delete(checkedPath(tenantUid, httpTransportUid, webhookUid), checkedActor(by)),
    );
  }
}

const checkedPath = (tenantUid: string, httpTransportUid: string, webhookUid: string): WebhookPath => ({
  tenantUid: checkedUid('tenantUid', tenantUid),
  httpTransportUid: checkedUid('httpTransportUid', httpTransportUid),
  webhookUid: checkedUid('webhookUid', webhookUid),
});
