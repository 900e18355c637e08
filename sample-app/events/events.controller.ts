import { Body, HttpCode, Post, UseFilters } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiOperation,
  ApiPayloadTooLargeResponse,
} from '@nestjs/swagger';
import { AdminOnly } from '../account/access-token.guard.js';
import type { Actor } from '../account/actor.js';
import { CurrentActor, PosController } from '../account/pos-controller.js';
import { EventBodyPipe } from './event-body.pipe.js';
import { EmitBatchDto, EmitEventDto } from './events.dto.js';
import { EventsService } from './events.service.js';
import { WebhooksErrorFilter } from './webhooks-error.filter.js';

@PosController('events', 'events', EventBodyPipe)
@AdminOnly()
@UseFilters(WebhooksErrorFilter)
@ApiBadRequestResponse({ description: 'Not a known action, or a payload that cannot be sent as it is.' })
@ApiPayloadTooLargeResponse({ description: 'The event is over 256 KiB.' })
export class EventsController {
  constructor(private readonly events: EventsService) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Emit an event in a transaction; answers once it has ended' })
  @ApiConflictResponse({ description: 'The eventUid was used before, with another body.' })
  emit(@CurrentActor() actor: Actor, @Body() body: EmitEventDto) {
    return this.events.emit(actor, body);
  }

  @Post('batch')
  @HttpCode(200)
  @ApiOperation({ summary: 'Emit up to 10,000 events in one transaction; answers once it has ended' })
  emitBatch(@CurrentActor() actor: Actor, @Body() body: EmitBatchDto) {
    return this.events.emitBatch(actor, body);
  }
}
