import { applyDecorators, Body, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { TransportCommand } from '../../domain/transport-state.js';
import { TransportStateService } from '../../operations/transport-state.service.js';
import { AdminController } from '../admin-controller.js';
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
import { answerOf } from './answer-of.js';
import { DisableHttpTransportDto } from './disable-http-transport.dto.js';

/** One of the four routes: a POST that answers with the transport as it is now. */
const Command = (command: TransportCommand, summary: string, description: string): MethodDecorator =>
  applyDecorators(
    Post(command),
    HttpCode(200),
    ApiOperation({ operationId: `${command}HttpTransport`, summary, description }),
    ApiOkResponse({ type: HttpTransportDto, description: 'The http transport as it is now.' }),
    ApiInvalid(invalidUid('httpTransportUid')),
    ApiMissing('HTTP_TRANSPORT'),
  );

/** Stopping an http transport and letting it go on. Each of them may be repeated. */
@AdminController('httptransports/:httpTransportUid', 'httpTransports')
@ApiUid('httpTransportUid', 'Uid of the HTTP transport.', 'erp')
export class TransportStateController {
  constructor(private readonly states: TransportStateService) {}

  @Command(
    'pause',
    'Pause an http transport',
    'It holds: what is emitted from now on is queued. Within a second of the answer no more requests start; those that have started are finished.',
  )
  @ApiConflicting('TRANSPORT_STATE_CONFLICT', 'The http transport is disabled.', 'CONCURRENT_CHANGE')
  pause(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
  ): Promise<HttpTransportDto> {
    return this.#command(tenantUid, httpTransportUid, 'pause');
  }

  @Command(
    'resume',
    'Resume a paused http transport',
    'What was held is sent, in the order in which it was emitted.',
  )
  @ApiConflicting('TRANSPORT_STATE_CONFLICT', 'The http transport is disabled.', 'CONCURRENT_CHANGE')
  resume(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
  ): Promise<HttpTransportDto> {
    return this.#command(tenantUid, httpTransportUid, 'resume');
  }

  @Command(
    'disable',
    'Disable an http transport',
    'It stops, as by a pause. What is emitted while it is disabled is not queued: it is logged as `MISSED`. What was queued before stays `PENDING`.',
  )
  @ApiJsonBody(
    DisableHttpTransportDto,
    { 'Without a reason': {}, 'With a reason': { reason: 'Moved to another ERP' } },
    { required: false },
  )
  @ApiConflicting('CONCURRENT_CHANGE', 'Too many changes of this http transport at once.')
  disable(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
    @Body(AbsentBodyPipe, new DtoPipe(DisableHttpTransportDto)) { reason }: Input<DisableHttpTransportDto>,
  ): Promise<HttpTransportDto> {
    return this.#command(tenantUid, httpTransportUid, 'disable', reason);
  }

  @Command(
    'enable',
    'Enable a disabled http transport',
    'It starts afresh: what is `PENDING` is sent, and past failures count no more. What was `MISSED` stays so.',
  )
  @ApiConflicting('TRANSPORT_STATE_CONFLICT', 'The http transport is paused.', 'CONCURRENT_CHANGE')
  enable(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
  ): Promise<HttpTransportDto> {
    return this.#command(tenantUid, httpTransportUid, 'enable');
  }

  async #command(
    tenantUid: string,
    httpTransportUid: string,
    command: TransportCommand,
    reason?: string,
  ): Promise<HttpTransportDto> {
    return httpTransportDto(
      await answerOf(this.states.command(tenantUid, httpTransportUid, command, reason)),
    );
  }
}
