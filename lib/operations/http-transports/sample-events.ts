import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { SignedContent } from '../../delivery/sending/signed-request.js';
import { matchesAction } from '../../domain/action-pattern.js';
import { buildEnvelope } from '../../domain/envelope.js';
import { uuidv7 } from '../../domain/uid.js';
import { UnknownActionError } from '../../errors/emit.errors.js';
import { DATABASE, type Database } from '../../persistence/ports/database.js';
import { WebhookRepository } from '../../persistence/repositories/webhook.repository.js';
import type { ResolvedWebhooksOptions } from '../../webhooks.resolved-options.js';
import { WEBHOOKS_OPTIONS } from '../../webhooks.tokens.js';

/** Builds the content of a test send: an event that was never emitted, with the example of an action. */
@Injectable()
export class SampleEvents {
  constructor(
    private readonly webhooks: WebhookRepository,
    @Inject(WEBHOOKS_OPTIONS) private readonly options: ResolvedWebhooksOptions,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  /**
   * @param action an action of the catalog. Default: the first one that the transport's oldest webhook subscribes to,
   *   because a receiver may reject other actions; without a webhook, the first of the catalog
   * @throws {UnknownActionError}
   */
  async make(tenantUid: string, httpTransportUid: string, action?: string): Promise<SignedContent> {
    const wanted = action ?? (await this.#usualAction(tenantUid, httpTransportUid));
    const { catalog } = this.options;
    const definition = Object.hasOwn(catalog, wanted) ? catalog[wanted] : undefined;
    if (!definition) throw new UnknownActionError(wanted);
    return {
      eventUid: uuidv7(this.database.now(), randomBytes),
      action: wanted,
      body: Buffer.from(buildEnvelope(wanted, tenantUid, definition.example), 'utf8'),
    };
  }

  async #usualAction(tenantUid: string, httpTransportUid: string): Promise<string> {
    const { items } = await this.webhooks.page(tenantUid, httpTransportUid, {
      pageNumber: 1,
      pageSize: 1,
      sortBy: 'createdAt',
      sortDirection: 'ASC',
    });
    const pattern = items[0]?.action ?? '*';
    const actions = Object.keys(this.options.catalog);
    return actions.find((action) => matchesAction(pattern, action)) ?? actions[0]!;
  }
}
