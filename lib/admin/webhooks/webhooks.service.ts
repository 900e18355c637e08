import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { isKnownPattern } from '../../domain/action-pattern.js';
import { uuidv7 } from '../../domain/uid.js';
import { DATABASE, type Database } from '../../persistence/ports/database.js';
import { DEFAULT_WEBHOOK_SETTINGS, type WebhookSettings } from '../../persistence/entities/webhook.entity.js';
import { HttpTransportRepository } from '../../persistence/repositories/http-transport.repository.js';
import type { Page, PageRequest } from '../../persistence/repositories/page.js';
import {
  WebhookRepository,
  type NewWebhookRow,
  type WebhookRow,
  type WebhookSortKey,
} from '../../persistence/repositories/webhook.repository.js';
import type { ResolvedWebhooksOptions } from '../../webhooks.resolved-options.js';
import { WEBHOOKS_OPTIONS } from '../../webhooks.tokens.js';
import { badRequest, notFound } from '../api-error.js';
import type { CreateWebhookDto, ReplaceWebhookDto, UpdateWebhookDto } from './webhook-bodies.dto.js';

/** Identifies a webhook. */
export interface WebhookPath {
  readonly tenantUid: string;
  readonly httpTransportUid: string;
  readonly webhookUid: string;
}

/** Creates, changes and deletes webhooks. */
@Injectable()
export class WebhooksService {
  constructor(
    private readonly webhooks: WebhookRepository,
    private readonly transports: HttpTransportRepository,
    @Inject(WEBHOOKS_OPTIONS) private readonly options: ResolvedWebhooksOptions,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  /** The webhooks of all transports of a tenant, or of one. If that transport does not exist, the list is empty. */
  pageOfTenant(
    tenantUid: string,
    httpTransportUid: string | undefined,
    request: PageRequest<WebhookSortKey>,
  ): Promise<Page<WebhookRow>> {
    return this.webhooks.page(tenantUid, httpTransportUid, request);
  }

  /** @throws {ApiError} 404 if there is no such transport */
  async pageOfTransport(
    tenantUid: string,
    httpTransportUid: string,
    request: PageRequest<WebhookSortKey>,
  ): Promise<Page<WebhookRow>> {
    await this.#transport(tenantUid, httpTransportUid);
    return this.webhooks.page(tenantUid, httpTransportUid, request);
  }

  /** @throws {ApiError} 404 */
  async get({ tenantUid, httpTransportUid, webhookUid }: WebhookPath): Promise<WebhookRow> {
    const webhook = await this.webhooks.find(tenantUid, httpTransportUid, webhookUid);
    if (webhook) return webhook;
    await this.#transport(tenantUid, httpTransportUid);
    throw notFound('WEBHOOK');
  }

  /**
   * @param actor who creates it, for the audit; null: unknown
   * @throws {ApiError} 400 or 404, and errors that `apiErrorOf` maps to 400 or 409
   */
  async create(
    tenantUid: string,
    httpTransportUid: string,
    body: CreateWebhookDto,
    actor: string | null = null,
  ): Promise<NewWebhookRow> {
    const transport = await this.#transport(tenantUid, httpTransportUid);
    checkUids(body, { httpTransportUid });
    this.#checkAction(body.action);
    const {
      httpTransportUid: _uid,
      webhookUid = uuidv7(this.database.now(), randomBytes),
      ...settings
    } = body;
    const row = { webhookUid, ...DEFAULT_WEBHOOK_SETTINGS, ...settings };
    const quota = { limit: 'maxWebhooksPerTenant', value: this.options.maxWebhooksPerTenant };
    const { action, enabled, ordered } = row;
    const changes = Object.entries({ action, enabled, ordered }).map(([field, to]) => ({
      field,
      from: null,
      to,
    }));
    const audited = { kind: 'WEBHOOK_CREATED', actor, changes } as const;
    const webhook = await this.webhooks.insert(tenantUid, transport, row, quota, audited);
    if (!webhook) throw notFound('HTTP_TRANSPORT');
    return webhook;
  }

  /**
   * PUT and PATCH: the given settings change. They differ only in `action`, which PUT requires. `enabled` and `ordered` are
   * not part of the vendor's API, so a PUT without them leaves them unchanged. If nothing changes, nothing is written.
   *
   * @param actor who changes it, for the audit; null: unknown
   * @throws {ApiError} 400 or 404
   */
  async change(
    path: WebhookPath,
    body: ReplaceWebhookDto | UpdateWebhookDto,
    actor: string | null = null,
  ): Promise<WebhookRow> {
    const present = await this.get(path);
    checkUids(body, path);
    if (body.action !== undefined) this.#checkAction(body.action);
    const settings = settingsIn(body, present);
    if (Object.keys(settings).length === 0) return present;
    await this.webhooks.update(path.tenantUid, present.id, settings, actor);
    return this.get(path);
  }

  /**
   * @param actor who deletes it, for the audit; null: unknown
   * @throws {ApiError} 404
   */
  async delete(path: WebhookPath, actor: string | null = null): Promise<void> {
    const { id } = await this.get(path);
    if (!(await this.webhooks.remove(path.tenantUid, id, actor))) throw notFound('WEBHOOK');
  }

  async #transport(tenantUid: string, httpTransportUid: string) {
    const transport = await this.transports.find(tenantUid, httpTransportUid);
    if (!transport) throw notFound('HTTP_TRANSPORT');
    return transport;
  }

  #checkAction(action: string): void {
    if (isKnownPattern(this.options.catalog, action)) return;
    throw badRequest(
      'UNKNOWN_ACTION',
      'action must be an action of the catalog, "*", or a prefix that ends in "_*" and matches at least one action',
    );
  }
}

/** The settings of the request that differ from the present ones. */
function settingsIn(
  { action, enabled, ordered }: ReplaceWebhookDto | UpdateWebhookDto,
  present: WebhookSettings,
): Partial<WebhookSettings> {
  return {
    ...(action !== undefined && action !== present.action && { action }),
    ...(enabled !== undefined && enabled !== present.enabled && { enabled }),
    ...(ordered !== undefined && ordered !== present.ordered && { ordered }),
  };
}

function checkUids(
  body: { httpTransportUid?: string; webhookUid?: string },
  path: { httpTransportUid: string; webhookUid?: string },
): void {
  for (const uid of ['httpTransportUid', 'webhookUid'] as const) {
    if (path[uid] === undefined || body[uid] === undefined || body[uid] === path[uid]) continue;
    throw badRequest('READ_ONLY_FIELD', `${uid} must be the uid in the path: it cannot be changed`);
  }
}
