import { Injectable } from '@nestjs/common';
import { EventPayloadService } from '../events/event-payload.service.js';
import { EventQueryDto } from '../events/event-query.dto.js';
import { EventsService } from '../events/events.service.js';
import { KeysetQueryDto } from '../listing/keyset-query.js';
import { DtoPipe } from '../validation/dto.pipe.js';
import type {
  WebhookEventExplanation,
  WebhookEventExplanationQuery,
  WebhookEventList,
  WebhookEventQuery,
} from './admin-types.js';
import { checkedInput, checkedUid, withApiErrors } from './checked-input.js';

const LIST = new DtoPipe(EventQueryDto);
const EXPLAIN = new DtoPipe(KeysetQueryDto);

/**
 * The events from code. Every method applies the rules of the REST API except access: you decide who may call it. It throws
 * `ApiError`, as `HttpTransports` does.
 */
@Injectable()
export class WebhookEvents {
  constructor(
    private readonly events: EventsService,
    private readonly payloads: EventPayloadService,
  ) {}

  /**
   * Returns one page of the tenant's events, newest first, including those that no webhook matched.
   *
   * @param query filters (`action`, `eventUid`, `reference`, `createdFrom`, `createdTo`), and `pageSize` 1 to 100 (default
   *   25). Pass `paging.nextCursor` of the result as `cursor`, with the same filters, to get the next page. With a filter, a
   *   page may contain fewer items than `pageSize` although a next page exists.
   * @throws {ApiError} `INVALID_CURSOR`
   */
  list(tenantUid: string, query?: WebhookEventQuery): Promise<WebhookEventList> {
    return withApiErrors(async () => {
      const tenant = checkedUid('tenantUid', tenantUid);
      return this.events.page(tenant, await checkedInput(LIST, 'query', query));
    });
  }

  /**
   * Returns an event, and its outcome for each webhook of the tenant.
   *
   * @param query `pageSize`: number of webhooks, 1 to 100 (default 25); `cursor`: `paging.nextCursor` of the previous page
   * @throws {ApiError} `EVENT_NOT_FOUND`, `INVALID_CURSOR`
   */
  explain(
    tenantUid: string,
    eventUid: string,
    query?: WebhookEventExplanationQuery,
  ): Promise<WebhookEventExplanation> {
    return withApiErrors(async () => {
      const tenant = checkedUid('tenantUid', tenantUid);
      const event = checkedUid('eventUid', eventUid);
      return this.events.explain(tenant, event, await checkedInput(EXPLAIN, 'query', query));
    });
  }

  /**
   * Erases the body and the ordering key of an event for good. The event and its deliveries stay in the log, with
   * `body: null`. Pending deliveries end as `CANCELLED` with the reason `PAYLOAD_GONE`. A request in flight is not stopped,
   * and a worker that has the body in memory may start another one within 60 seconds. Erasing it again changes nothing.
   *
   * @throws {ApiError} `EVENT_NOT_FOUND`
   */
  expungePayload(tenantUid: string, eventUid: string): Promise<void> {
    return withApiErrors(() =>
      this.payloads.expunge(checkedUid('tenantUid', tenantUid), checkedUid('eventUid', eventUid)),
    );
  }
}
