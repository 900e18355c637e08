import { Body, HttpCode, Post, UseFilters } from '@nestjs/common';
import { AdminOnly } from '../account/access-token.guard.js';
import type { Actor } from '../account/actor.js';
import { CurrentActor, PosController } from '../account/pos-controller.js';
import { ApiResponses } from '../errors/api-responses.js';
import { EventBodyPipe } from './event-body.pipe.js';
import { EmitBatchDto, EmitEventDto } from './events.dto.js';
import { EventsService } from './events.service.js';
import { WebhooksErrorFilter } from './webhooks-error.filter.js';
import { EmittedBatchView, EmittedEventView } from './events.view.js';

@PosController('events', 'events', EventBodyPipe)
@AdminOnly()
@UseFilters(WebhooksErrorFilter)
export class EventsController {
  constructor(private readonly events: EventsService) {}

  @Post()
  @HttpCode(200)
  @ApiResponses(
    'Emit an event in a transaction; responds after it has ended',
    EmittedEventView,
    400,
    409,
    413,
  )
  emit(@CurrentActor() actor: Actor, @Body() body: EmitEventDto): Promise<EmittedEventView> {
    return this.events.emit(actor, body);
  }

  @Post('batch')
  @HttpCode(200)
  @ApiResponses(
    'Emit up to 10,000 events in one transaction; responds after it has ended',
    EmittedBatchView,
    400,
    413,
  )
  emitBatch(@CurrentActor() actor: Actor, @Body() body: EmitBatchDto): Promise<EmittedBatchView> {
    return this.events.emitBatch(actor, body);
  }
}
