import { applyDecorators, Body, HttpCode, HttpStatus, Param, Post, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AdminController } from '../admin-controller.js';
import { RequestActor } from '../audit/request-actor.js';
import { ApiConflicting, ApiInvalid, ApiJsonBody, ApiMissing, ApiUid } from '../openapi/api-docs.js';
import { DtoPipe, type Input } from '../validation/dto.pipe.js';
import { UidPipe } from '../validation/uid.pipe.js';
import { RecoveriesService, type PlannedRecovery } from './recoveries.service.js';
import { RecoverDto, ReplayDto } from './recovery-bodies.dto.js';
import { recoveryDryRunDto, recoveryDto, RecoveryDryRunDto, RecoveryDto } from './recovery.dto.js';

/** The member that the responses of Express and Fastify share. */
interface AnyResponse {
  status(code: number): unknown;
}

const SINCE = '2026-03-14T09:00:00Z';

/** A POST that starts a job or, with `dryRun`, counts the deliveries that it would send. */
const StartRoute = (path: 'recover' | 'replay', summary: string, description: string): MethodDecorator =>
  applyDecorators(
    Post(path),
    HttpCode(HttpStatus.ACCEPTED),
    ApiOperation({ operationId: `${path}HttpTransport`, summary, description }),
    ApiAcceptedResponse({
      type: RecoveryDto,
      description: 'The job. Read its progress at `webhookrecoveries`.',
    }),
    ApiOkResponse({
      type: RecoveryDryRunDto,
      description: 'With `dryRun`: the number of deliveries that the job would send, and a sample.',
    }),
    ApiInvalid('since must not be after until'),
    ApiConflicting(
      'RECOVERY_ACTIVE',
      'A recovery or replay of this HTTP transport has not ended.',
      'TRANSPORT_STATE_CONFLICT',
    ),
  );

/** Starts jobs that send deliveries of an HTTP transport again. */
@AdminController('httptransports/:httpTransportUid', 'deliveries')
@ApiUid('httpTransportUid', 'Uid of the HTTP transport.', 'erp')
export class TransportRecoveryController {
  constructor(private readonly recoveries: RecoveriesService) {}

  @StartRoute(
    'recover',
    'Recover failed and missed deliveries',
    'Starts a job that sends again every delivery that ended as `FAILED` or `MISSED` at or after `since` and was created at or before `until`. Deliveries whose webhook was deleted are left out. Deliveries keep their uid and their attempts, and are sent in the order of their events. If the HTTP transport is paused, the job waits until it is resumed.',
  )
  @ApiJsonBody(RecoverDto, {
    'Since a time': { since: SINCE },
    'Only missed ones': { since: SINCE, until: '2026-03-14T12:00:00Z', statuses: ['MISSED'] },
    'Count first': { since: SINCE, dryRun: true },
  })
  @ApiMissing('HTTP_TRANSPORT')
  async recover(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
    @Body(new DtoPipe(RecoverDto)) body: Input<RecoverDto>,
    @RequestActor() actor: string | null,
    @Res({ passthrough: true }) response: AnyResponse,
  ): Promise<RecoveryDto | RecoveryDryRunDto> {
    const plan = await this.recoveries.planRecover(tenantUid, httpTransportUid, body);
    return this.#run(plan, body, actor, response);
  }

  @StartRoute(
    'replay',
    'Replay events',
    'Starts a job that sends every event from `since` to `until` that a webhook of this HTTP transport matches now, even if the webhook did not exist when the event was emitted. Deliveries that exist are sent again, and missing ones are created. Events that no webhook matched are kept for 24 hours by default. If the HTTP transport is paused, the job waits until it is resumed.',
  )
  @ApiJsonBody(ReplayDto, {
    'Since a time': { since: SINCE },
    'For a new webhook': { since: SINCE, webhookUid: 'erp-orders' },
    'Count first': { since: SINCE, dryRun: true },
  })
  @ApiMissing('HTTP_TRANSPORT', 'WEBHOOK_NOT_FOUND')
  async replay(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('httpTransportUid', UidPipe) httpTransportUid: string,
    @Body(new DtoPipe(ReplayDto)) body: Input<ReplayDto>,
    @RequestActor() actor: string | null,
    @Res({ passthrough: true }) response: AnyResponse,
  ): Promise<RecoveryDto | RecoveryDryRunDto> {
    const plan = await this.recoveries.planReplay(tenantUid, httpTransportUid, body);
    return this.#run(plan, body, actor, response);
  }

  async #run(
    plan: PlannedRecovery,
    { dryRun }: { readonly dryRun?: boolean },
    actor: string | null,
    response: AnyResponse,
  ): Promise<RecoveryDto | RecoveryDryRunDto> {
    if (dryRun !== true) return recoveryDto(await this.recoveries.start(plan, actor));
    const preview = await this.recoveries.preview(plan);
    response.status(HttpStatus.OK);
    return recoveryDryRunDto(preview);
  }
}
