import { applyDecorators, Body, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { TransportCommand } from '../../domain/transport-state.js';
import { TransportStateService } from '../../operations/http-transports/transport-state.service.js';
import { RequestActor } from '../audit/request-actor.js';
import { DisableHttpTransportDto } from '../http-transport-operations/disable-http-transport.dto.js';
import { orNotFound } from '../http-transport-operations/or-not-found.js';
import { HttpTransportDto, httpTransportDto } from '../http-transports/http-transport.dto.js';
import { OperatorController } from '../operator-controller.js';
import {
  ApiConflicting,
  ApiInvalid,
  ApiJsonBody,
  ApiMissing,
  ApiTenantUid,
  ApiUid,
  invalidUid,
} from '../openapi/api-docs.js';
import { AbsentBodyPipe } from '../validation/absent-body.pipe.js';
import { DtoPipe, type Input } from '../validation/dto.pipe.js';
import { UidPipe } from '../validation/uid.pipe.js';

const DESCRIPTIONS: Readonly<Record<TransportCommand, string>> = {
  pause: 'Keeps the deliveries of one HTTP transport in the queue until `resume`.',
  resume: 'Sends the queued deliveries of a paused HTTP transport.',
  disable:
    'Stops sending to one HTTP transport. Events that are emitted from then on are recorded as `MISSED`.',
  enable: 'Sends the `PENDING` deliveries of a disabled HTTP transport.',
};

/** One of the four routes: a POST that returns the transport in its new state. */
const Command = (command: TransportCommand): MethodDecorator =>
  applyDecorators(
    Post(command),
    HttpCode(200),
    ApiOperation({
      operationId: `${command}HttpTransportAsOperator`,
      summary: `${command[0]!.toUpperCase()}${command.slice(1)} an HTTP transport of any tenant`,
      description: `${DESCRIPTIONS[command]} The audit of the tenant names the operator.`,
    }),
    ApiOkResponse({ type: HttpTransportDto, description: 'The changed HTTP transport.' }),
    ApiInvalid(invalidUid('httpTransportUid')),
    ApiMissing('HTTP_TRANSPORT'),
  );

/** Pauses, resumes, disables and enables the HTTP transport of any tenant. */
@OperatorController('tenants/:tenantUid/httptransports/:httpTransportUid')
@ApiTenantUid()
@ApiUid('httpTransportUid', 'Uid of the HTTP transport.', 'erp')
export class OperatorTransportController {
  constructor(private readonly states: TransportStateService) {}

  @Command('pause')
  @ApiConflicting('TRANSPORT_STATE_CONFLICT', 'The HTTP transport is disabled.', 'CONCURRENT_CHANGE')
  pause(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
    @RequestActor() actor: string | null,
  ): Promise<HttpTransportDto> {
    return this.#command(tenantUid, httpTransportUid, 'pause', actor);
  }

  @Command('resume')
  @ApiConflicting('TRANSPORT_STATE_CONFLICT', 'The HTTP transport is disabled.', 'CONCURRENT_CHANGE')
  resume(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
    @RequestActor() actor: string | null,
  ): Promise<HttpTransportDto> {
    return this.#command(tenantUid, httpTransportUid, 'resume', actor);
  }

  @Command('disable')
  @ApiJsonBody(
    DisableHttpTransportDto,
    { 'Without a reason': {}, 'With a reason': { reason: 'Receiver is under attack' } },
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

  @Command('enable')
  @ApiConflicting('TRANSPORT_STATE_CONFLICT', 'The HTTP transport is paused.', 'CONCURRENT_CHANGE')
  enable(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
    @RequestActor() actor: string | null,
  ): Promise<HttpTransportDto> {
    return this.#command(tenantUid, httpTransportUid, 'enable', actor);
  }

  async #command(
    tenantUid: string,
    httpTransportUid: string,
    command: TransportCommand,
    actor: string | null,
    reason?: string,
  ): Promise<HttpTransportDto> {
    return httpTransportDto(
      await orNotFound(this.states.command(tenantUid, httpTransportUid, command, reason, actor)),
    );
  }
}
