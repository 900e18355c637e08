import { Injectable } from '@nestjs/common';
import { EventPayloadService } from '../events/event-payload.service.js';
import { checkedUid, withApiErrors } from './checked-input.js';

/**
 * Events from code. Every method applies the rules of the REST API except access: you decide who may call it. It throws
 * `ApiError`, as `HttpTransports` does.
 */
@Injectable()
export class WebhookEvents {
  constructor(private readonly payloads: EventPayloadService) {}

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
