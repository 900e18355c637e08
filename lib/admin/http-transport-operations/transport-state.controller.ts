import { applyDecorators, Body, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { TransportCommand } from '../../domain/transport-state.js';
import { TransportStateService } from '../../operations/http-transports/transport-state.service.js';
import { AdminController } from '../admin-controller.js';
import { RequestActor } from '../audit/request-actor.js';
import {
  ApiConflicting,
  ApiInvalid,
  ApiJsonBody,
  ApiMissing,
  ApiUid,
  invalidUid,
} from '../openapi/api-docs.js';
import { HttpTransportDto, httpTransportDto } from '../http-transports/http-transport.dto.js';
import { AbsentBodyPipe } from '../validation/absent-body.pipe.js';
import { DtoPipe, type Input } from '../validation/dto.pipe.js';
import { UidPipe } from '../validation/uid.pipe.js';
import { orNotFound } from './or-not-found.js';
import { DisableHttpTransportDto } from './disable-http-transport.dto.js';
import { EnableHttpTransportDto } from './enable-http-transport.dto.js';

/** One of the four routes: a POST that returns the transport in its new state. */
const Command = (command: TransportCommand, summary: string, description: string): MethodDecorator =>
  applyDecorators(
    Post(command),
    HttpCode(200),
    ApiOperation({ operationId: `${command}HttpTransport`, summary, description }),
    ApiOkResponse({ type: HttpTransportDto, description: 'The changed HTTP transport.' }),
    ApiInvalid(invalidUid('httpTransportUid')),
    ApiMissing('HTTP_TRANSPORT'),
  );

/** Pauses, resumes, disables and enables an HTTP transport. Each request may be repeated. */
@AdminController('httptransports/:httpTransportUid', 'httpTransports')
@ApiUid('httpTransportUid', 'Uid of the HTTP transport.', 'erp')
export class TransportStateController {
  constructor(private readonly states: TransportStateService) {}

  @Command(
    'pause',
    'Pause an HTTP transport',
    'Keeps deliveries in the queue until `resume`. New events are queued too. No request starts later than one second after the response; requests in flight continue.',
  )
  @ApiConflicting('TRANSPORT_STATE_CONFLICT', 'The HTTP transport is disabled.', 'CONCURRENT_CHANGE')
  pause(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
    @RequestActor() actor: string | null,
  ): Promise<HttpTransportDto> {
    return this.#command(tenantUid, httpTransportUid, 'pause', actor);
  }

  @Command(
    'resume',
    'Resume a paused HTTP transport',
    'Sends the queued deliveries, earliest due date first.',
  )
  @ApiConflicting('TRANSPORT_STATE_CONFLICT', 'The HTTP transport is disabled.', 'CONCURRENT_CHANGE')
  resume(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
    @RequestActor() actor: string | null,
  ): Promise<HttpTransportDto> {
    return this.#command(tenantUid, httpTransportUid, 'resume', actor);
  }

  @Command(
    'disable',
    'Disable an HTTP transport',
    'Stops sending, as `pause` does. Events that are emitted while the HTTP transport is disabled are not queued but logged as `MISSED`. Deliveries that were queued before stay `PENDING`.',
  )
  @ApiJsonBody(
    DisableHttpTransportDto,
    { 'Without a reason': {}, 'With a reason': { reason: 'Moved to another ERP' } },
    { required: false },
  )
  @ApiConflicting('CONCURRENT_CHANGE', 'Too many concurrent changes of this HTTP transport.')
  disable(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
    @Body(AbsentBodyPipe, new DtoPipe(DisableHttpTransportDto)) { reason }: Input<DisableHttpTransportDto>,
    @RequestActor() actor: string | null,
  ): Promise<HttpTransportDto> {
    return this.#command(tenantUid, httpTransportUid, 'disable', actor, reason);
  }

  @Command(
    'enable',
    'Enable a disabled HTTP transport',
    'Sends the `PENDING` deliveries, and resets the count of failures. `MISSED` and `FAILED` deliveries are not sent, unless `recover` is true.',
  )
  @ApiJsonBody(
    EnableHttpTransportDto,
    { 'Pending ones only': {}, 'Recover what failed or was missed': { recover: true } },
    { required: false },
  )
  @ApiConflicting('TRANSPORT_STATE_CONFLICT', 'The HTTP transport is paused.', 'CONCURRENT_CHANGE')
  enable(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
    @Body(AbsentBodyPipe, new DtoPipe(EnableHttpTransportDto)) { recover }: Input<EnableHttpTransportDto>,
    @RequestActor() actor: string | null,
  ): Promise<HttpTransportDto> {
    return this.#command(tenantUid, httpTransportUid, 'enable', actor, undefined, recover);
  }

  async #command(
    tenantUid: string,
    httpTransportUid: string,
    command: TransportCommand,
    actor: string | null,
    reason?: string,
    recover?: boolean,
  ): Promise<HttpTransportDto> {
    return httpTransportDto(
      await orNotFound(this.states.command(tenantUid, httpTransportUid, command, reason, actor, recover)),
    );
  }
}
