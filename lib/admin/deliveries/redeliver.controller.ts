import { Body, HttpCode, Param, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOperation } from '@nestjs/swagger';
import { AdminController } from '../admin-controller.js';
import {
  ApiConflicting,
  ApiInvalid,
  ApiJsonBody,
  ApiMissing,
  ApiUid,
  invalidUid,
} from '../openapi/api-docs.js';
import { DtoPipe, type Input } from '../validation/dto.pipe.js';
import { UidPipe } from '../validation/uid.pipe.js';
import { DeliveriesService } from './deliveries.service.js';
import { DeliveryDto } from './delivery.dto.js';
import { RedeliverManyDto, RedeliveryResultListDto } from './redeliver.dto.js';

/** Sends deliveries again. */
@AdminController('deliveries', 'deliveries')
export class RedeliverController {
  constructor(private readonly deliveries: DeliveriesService) {}

  @Post('redeliver')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'redeliverWebhookDeliveries',
    summary: 'Send up to 100 deliveries again',
    description:
      'Redelivers each delivery as the route for one delivery does. Each is accepted or refused independently of the others, so the response is 202 even if none is accepted.',
  })
  @ApiJsonBody(RedeliverManyDto, {
    'Two deliveries': { deliveryUids: ['dlv_00000000006yk', 'dlv_00000000006ym'] },
  })
  @ApiAcceptedResponse({ type: RedeliveryResultListDto, description: 'One result for each uid.' })
  @ApiInvalid('deliveryUids must contain no more than 100 elements')
  redeliverMany(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Body(new DtoPipe(RedeliverManyDto)) { deliveryUids }: Input<RedeliverManyDto>,
  ): Promise<RedeliveryResultListDto> {
    return this.deliveries.redeliverMany(tenantUid, deliveryUids);
  }

  @Post(':deliveryUid/redeliver')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'redeliverWebhookDelivery',
    summary: 'Send a delivery again',
    description:
      'Sends a delivery again, whatever its status: with the same `webhook-id` and body, the next attempt number, and the trigger `MANUAL`. It is sent as soon as the limits of its HTTP transport allow, before other deliveries that are due. If the transport is paused, it waits until `resume`. If that attempt fails, the retry schedule continues.',
  })
  @ApiUid('deliveryUid', 'Uid of the delivery.', 'dlv_00000000006yk')
  @ApiAcceptedResponse({ type: DeliveryDto, description: 'The delivery, which is `PENDING`.' })
  @ApiInvalid(invalidUid('deliveryUid'))
  @ApiMissing('DELIVERY')
  @ApiConflicting(
    'REDELIVERY_PENDING',
    'A redelivery has already been requested, or is not possible.',
    'PAYLOAD_GONE',
    'HTTP_TRANSPORT_DELETED',
    'WEBHOOK_DELETED',
    'TRANSPORT_STATE_CONFLICT',
  )
  redeliver(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('deliveryUid', UidPipe) deliveryUid: string,
  ): Promise<DeliveryDto> {
    return this.deliveries.redeliver(tenantUid, deliveryUid);
  }
}
