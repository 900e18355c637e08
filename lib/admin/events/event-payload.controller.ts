import { Delete, HttpCode, HttpStatus, Param } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation } from '@nestjs/swagger';
import { AdminController } from '../admin-controller.js';
import { ApiInvalid, ApiMissing, ApiUid, invalidUid } from '../openapi/api-docs.js';
import { UidPipe } from '../validation/uid.pipe.js';
import { EventPayloadService } from './event-payload.service.js';

/** Erases the payloads of a tenant's events. */
@AdminController('webhookevents/:eventUid/payload', 'deliveries')
export class EventPayloadController {
  constructor(private readonly payloads: EventPayloadService) {}

  @Delete()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    operationId: 'deleteWebhookEventPayload',
    summary: 'Erase the payload of an event',
    description:
      'Erases the body and the ordering key for good, for instance at the request of a data subject. The event and its deliveries stay in the log, with `body: null`. Pending deliveries end as `CANCELLED` with the reason `PAYLOAD_GONE`; a request that is in flight is not stopped, and a worker that has the body in memory may start another one within 60 seconds. Erasing it again changes nothing.',
  })
  @ApiUid('eventUid', 'Uid of the event.', '0195a1c2-7d3e-7f4a-8b5c-6d7e8f901a2b')
  @ApiNoContentResponse({ description: 'The payload is erased.' })
  @ApiInvalid(invalidUid('eventUid'))
  @ApiMissing('EVENT')
  expunge(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('eventUid', UidPipe) eventUid: string,
  ): Promise<void> {
    return this.payloads.expunge(tenantUid, eventUid);
  }
}
