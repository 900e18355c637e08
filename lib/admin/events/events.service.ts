import { Inject, Injectable } from '@nestjs/common';
import { DATABASE, type Database } from '../../persistence/ports/database.js';
import { EventRepository } from '../../persistence/repositories/event.repository.js';
import { ExplainRepository, type EventFacts } from '../../persistence/repositories/explain.repository.js';
import type { ResolvedWebhooksOptions } from '../../webhooks.resolved-options.js';
import { WEBHOOKS_OPTIONS } from '../../webhooks.tokens.js';
import { notFound } from '../api-error.js';
import { checkPeriod } from '../listing/check-period.js';
import { Cursors } from '../listing/cursors.js';
import { keysetPage, type KeysetRequest } from '../listing/keyset-page.js';
import {
  explainedEventDto,
  webhookExplanationDto,
  type EventExplanationDto,
} from './event-explanation.dto.js';
import type { EventQueryDto } from './event-query.dto.js';
import { listedEventDto, type EventListDto } from './listed-event.dto.js';

/** Reads the events of a tenant, and explains their outcomes. */
@Injectable()
export class EventsService {
  constructor(
    private readonly events: EventRepository,
    private readonly explanations: ExplainRepository,
    private readonly cursors: Cursors,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(WEBHOOKS_OPTIONS) private readonly options: ResolvedWebhooksOptions,
  ) {}

  /** @throws {ApiError} 400 */
  async page(tenantUid: string, { pageSize, cursor, ...filter }: EventQueryDto): Promise<EventListDto> {
    checkPeriod(filter, this.database.now());
    const { rows, paging } = await keysetPage(
      this.cursors,
      ['events', tenantUid],
      { pageSize, cursor },
      (beforeId, limit) => this.events.newest(tenantUid, filter, { beforeId, limit }),
      ({ id }) => id,
    );
    return { items: rows.map(listedEventDto), paging };
  }

  /**
   * An event, and its outcome for each webhook of a page.
   *
   * @param request page of webhooks, in the order in which they were created
   * @throws {ApiError} 400 or 404
   */
  async explain(tenantUid: string, eventUid: string, request: KeysetRequest): Promise<EventExplanationDto> {
    const event = await this.events.find(tenantUid, eventUid);
    if (!event) throw notFound('EVENT');
    let facts!: EventFacts;
    const { rows, paging } = await keysetPage(
      this.cursors,
      ['explanation', tenantUid, eventUid],
      request,
      async (afterId = 0, limit) => {
        facts = await this.explanations.facts(tenantUid, event.id, afterId, limit);
        return { items: facts.webhooks, searchedTo: null };
      },
      ({ webhookId }) => webhookId,
    );
    const now = this.database.now();
    return {
      event: explainedEventDto(event, facts),
      items: rows.map((webhook) => webhookExplanationDto(event, facts, webhook, now, this.options)),
      paging,
    };
  }
}
