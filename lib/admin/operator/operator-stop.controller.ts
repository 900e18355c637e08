import { Body, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { GlobalStopService } from '../../operations/global-stop/global-stop.service.js';
import { RequestActor } from '../audit/request-actor.js';
import { OperatorController } from '../operator-controller.js';
import { ApiInvalid, ApiJsonBody } from '../openapi/api-docs.js';
import { AbsentBodyPipe } from '../validation/absent-body.pipe.js';
import { DtoPipe, type Input } from '../validation/dto.pipe.js';
import { DeliveryStopStateDto, StopDeliveriesDto, stopStateDto } from './stop.dto.js';

/** Stops and resumes the deliveries of all tenants, in all processes. Each request may be repeated. */
@OperatorController()
export class OperatorStopController {
  constructor(private readonly stops: GlobalStopService) {}

  @Post('stop')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'stopWebhookDeliveries',
    summary: 'Stop all deliveries',
    description:
      'Stops the deliveries of all tenants in all processes, including test sends. No request starts later than one second after the response; requests in flight are aborted half a second after their process has noticed the stop. Events are accepted and deliveries are queued until `resume`, even if processes restart.',
  })
  @ApiJsonBody(
    StopDeliveriesDto,
    { 'Without a reason': {}, 'With a reason': { reason: 'A release sent wrong totals' } },
    { required: false },
  )
  @ApiOkResponse({ type: DeliveryStopStateDto, description: 'The stop that is in force.' })
  @ApiInvalid('reason must be text of 1 to 255 characters without control characters')
  async stop(
    @Body(AbsentBodyPipe, new DtoPipe(StopDeliveriesDto)) { reason }: Input<StopDeliveriesDto>,
    @RequestActor() actor: string | null,
  ): Promise<DeliveryStopStateDto> {
    return stopStateDto(await this.stops.stop(reason ?? null, actor));
  }

  @Post('resume')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'resumeWebhookDeliveries',
    summary: 'Resume all deliveries',
    description:
      'Ends the stop. Everything that was queued meanwhile is sent, including the requests that were aborted. Processes resume within a few seconds.',
  })
  @ApiOkResponse({ type: DeliveryStopStateDto, description: 'Deliveries are not stopped any more.' })
  async resume(@RequestActor() actor: string | null): Promise<DeliveryStopStateDto> {
    await this.stops.resume(actor);
    return stopStateDto(undefined);
  }
}
