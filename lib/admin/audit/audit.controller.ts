import { Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AdminController } from '../admin-controller.js';
import { ApiInvalid } from '../openapi/api-docs.js';
import { DtoPipe, type Input } from '../validation/dto.pipe.js';
import { UidPipe } from '../validation/uid.pipe.js';
import { AuditListDto } from './audit-entry.dto.js';
import { ApiAuditQuery, AuditQueryDto } from './audit-query.dto.js';
import { AuditService } from './audit.service.js';

/** The audit of a tenant: who changed what. */
@AdminController('webhookaudit', 'audit')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Get()
  @ApiOperation({
    operationId: 'listWebhookAudit',
    summary: 'List the changes that the audit has recorded, newest first',
    description:
      'Lists the changes of HTTP transports, webhooks, secrets and portal links, and the recoveries and replays that were started or cancelled. Each entry says who made the change, when, and the values before and after. Secrets are masked. Entries are kept for 400 days. Pass `paging.nextCursor` of a response as `cursor` to get the next page, until it is null. With a filter, a page may contain fewer items than `pageSize`, or none, although a next page exists: each request reads at most 5,000 entries.',
  })
  @ApiAuditQuery()
  @ApiOkResponse({ type: AuditListDto, description: 'A page of the tenant’s audit.' })
  @ApiInvalid('pageSize must be an integer from 1 to 100', 'INVALID_CURSOR')
  list(
    @Param('tenantUid', UidPipe) tenantUid: string,
    @Query(new DtoPipe(AuditQueryDto)) query: Input<AuditQueryDto>,
  ): Promise<AuditListDto> {
    return this.audit.page(tenantUid, query);
  }
}
