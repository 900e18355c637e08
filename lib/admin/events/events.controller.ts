import { Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AdminController } from '../admin-controller.js';
import { ApiKeysetQuery, KeysetQueryDto } from '../listing/keyset-query.js';
import { ApiInvalid, ApiMissing, ApiUid, invalidUid } from '../openapi/api-docs.js';
import { DtoPipe, type Input } from '../validation/dto.pipe.js';
import { UidPipe } from '../validation/uid.pipe.js';
import { EventExplanationDto } from './event-explanation.dto.js';
import { ApiEventQuery, EventQueryDto } from './event-query.dto.js';
import { EventsService } from './events.service.js';
import { EventListDto } from './listed-event.dto.js';

/** The events of a tenant, and their outcomes. */
@AdminController('webhookevents', 'events')
export class EventsController {
  constructor(private readonly events: EventsService) {}

  @Get()
  @ApiOperation({
    operationId: 'listWebhookEvents',
    summary: 'List events, newest first',
    description:
      'Lists the events that were emitted, including those that no webhook matched, until they are deleted. Pass `paging.nextCursor` of a response as `cursor` to get the next page, until it is null. With a filter, a page may contain fewer items than `pageSize`, or none, although a next page exists: each request reads at most 5,000 events, and with `reference` at most 2,000 events and 8 MiB of bodies.',
  })
  @ApiEventQuery()
  @ApiOkResponse({ type: EventListDto, description: 'A page of the tenant’s events.' })
  @ApiInvalid('pageSize must be an integer from 1 to 100', 'INVALID_CURSOR')
  list(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Query(new DtoPipe(EventQueryDto)) query: Input<EventQueryDto>,
  ): Promise<EventListDto> {
    return this.events.page(tenantUid, query);
  }

  @Get(':eventUid')
  @ApiOperation({
    operationId: 'getWebhookEvent',
    summary: 'Get an event and its outcome for each webhook',
    description:
      'Returns the event and, for each webhook of the tenant, the delivery with the reasons why it waits, or the reason why there is none. `basis` says whether that was recorded or is derived from the present configuration. Pass `paging.nextCursor` of a response as `cursor` to get the next webhooks, until it is null.',
  })
  @ApiUid('eventUid', 'Uid of the event.', '0195a1c2-7d3e-7f4a-8b5c-6d7e8f901a2b')
  @ApiKeysetQuery()
  @ApiOkResponse({ type: EventExplanationDto, description: 'The event and a page of webhooks.' })
  @ApiInvalid(invalidUid('eventUid'), 'INVALID_CURSOR')
  @ApiMissing('EVENT')
  explain(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('eventUid', UidPipe) eventUid: string,
    @Query(new DtoPipe(KeysetQueryDto)) query: Input<KeysetQueryDto>,
  ): Promise<EventExplanationDto> {
    return this.events.explain(tenantUid, eventUid, query);
  }
}
