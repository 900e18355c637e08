import { Get, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AdminController } from '../admin-controller.js';
import { RequestActor } from '../audit/request-actor.js';
import { ApiInvalid, ApiMissing, ApiUid, invalidUid } from '../openapi/api-docs.js';
import { DtoPipe, type Input } from '../validation/dto.pipe.js';
import { UidPipe } from '../validation/uid.pipe.js';
import { RecoveriesService } from './recoveries.service.js';
import { ApiRecoveryQuery, RecoveryQueryDto } from './recovery-query.dto.js';
import { recoveryDto, RecoveryDto, RecoveryListDto } from './recovery.dto.js';

/** The recoveries and replays of a tenant. */
@AdminController('webhookrecoveries', 'deliveries')
export class RecoveriesController {
  constructor(private readonly recoveries: RecoveriesService) {}

  @Get()
  @ApiOperation({
    operationId: 'listWebhookRecoveries',
    summary: 'List recoveries and replays, newest first',
    description:
      'Lists the jobs that recover deliveries or replay events, including those that have ended. Pass `paging.nextCursor` of a response as `cursor` to get the next page, until it is null.',
  })
  @ApiRecoveryQuery()
  @ApiOkResponse({ type: RecoveryListDto, description: 'A page of the tenant’s recoveries and replays.' })
  @ApiInvalid('pageSize must be an integer from 1 to 100', 'INVALID_CURSOR')
  list(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Query(new DtoPipe(RecoveryQueryDto)) query: Input<RecoveryQueryDto>,
  ): Promise<RecoveryListDto> {
    return this.recoveries.page(tenantUid, query);
  }

  @Get(':recoveryUid')
  @ApiOperation({
    operationId: 'getWebhookRecovery',
    summary: 'Get the progress of a recovery or replay',
    description: 'Returns what the job includes, its state, and how many deliveries it has enqueued.',
  })
  @ApiUid('recoveryUid', 'Uid of the recovery or replay.', 'rec_00000000006yk')
  @ApiOkResponse({ type: RecoveryDto, description: 'The recovery or replay.' })
  @ApiInvalid(invalidUid('recoveryUid'))
  @ApiMissing('RECOVERY')
  async get(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('recoveryUid', UidPipe) recoveryUid: string,
  ): Promise<RecoveryDto> {
    return recoveryDto(await this.recoveries.get(tenantUid, recoveryUid));
  }

  @Post(':recoveryUid/cancel')
  @HttpCode(HttpStatus.OK)
  @ApiOperation({
    operationId: 'cancelWebhookRecovery',
    summary: 'Cancel a recovery or replay',
    description:
      'The job enqueues nothing more. Deliveries that it has already enqueued are sent. If the job has ended, nothing changes. The request may be repeated.',
  })
  @ApiUid('recoveryUid', 'Uid of the recovery or replay.', 'rec_00000000006yk')
  @ApiOkResponse({ type: RecoveryDto, description: 'The recovery or replay as it is now.' })
  @ApiInvalid(invalidUid('recoveryUid'))
  @ApiMissing('RECOVERY')
  async cancel(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Param('recoveryUid', UidPipe) recoveryUid: string,
    @RequestActor() actor: string | null,
  ): Promise<RecoveryDto> {
    return recoveryDto(await this.recoveries.cancel(tenantUid, recoveryUid, actor));
  }
}
