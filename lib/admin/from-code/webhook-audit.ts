import { Injectable } from '@nestjs/common';
import { AuditQueryDto } from '../audit/audit-query.dto.js';
import { AuditService } from '../audit/audit.service.js';
import { DtoPipe } from '../validation/dto.pipe.js';
import type { WebhookAuditList, WebhookAuditQuery } from './admin-types.js';
import { checkedInput, checkedUid, withApiErrors } from './checked-input.js';

const LIST = new DtoPipe(AuditQueryDto);

/**
 * The audit from code. The method applies the rules of the REST API except access: you decide who may call it. It throws
 * `ApiError`, as `HttpTransports` does.
 */
@Injectable()
export class WebhookAudit {
  constructor(private readonly audit: AuditService) {}

  /**
   * Returns one page of the tenant's audit, newest first.
   *
   * @param query filters (`kind`, `actor`, `httpTransportUid`, `webhookUid`, `createdFrom`, `createdTo`), and `pageSize` 1
   *   to 100 (default 25). Pass `paging.nextCursor` of the result as `cursor`, with the same filters, to get the next page.
   *   With a filter, a page may contain fewer items than `pageSize` although a next page exists.
   * @throws {ApiError} `INVALID_CURSOR`
   */
  list(tenantUid: string, query?: WebhookAuditQuery): Promise<WebhookAuditList> {
    return withApiErrors(async () => {
      const tenant = checkedUid('tenantUid', tenantUid);
      return this.audit.page(tenant, await checkedInput(LIST, 'query', query));
    });
  }
}
