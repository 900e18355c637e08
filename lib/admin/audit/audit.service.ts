import { Inject, Injectable } from '@nestjs/common';
import { DATABASE, type Database } from '../../persistence/ports/database.js';
import { AuditRepository } from '../../persistence/repositories/audit.repository.js';
import { checkPeriod } from '../listing/check-period.js';
import { Cursors } from '../listing/cursors.js';
import { keysetPage } from '../listing/keyset-page.js';
import { auditEntryDto, type AuditListDto } from './audit-entry.dto.js';
import type { AuditQueryDto } from './audit-query.dto.js';

/** Reads the audit of a tenant. */
@Injectable()
export class AuditService {
  constructor(
    private readonly entries: AuditRepository,
    private readonly cursors: Cursors,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  /** @throws {ApiError} 400 */
  async page(tenantUid: string, { pageSize, cursor, ...filter }: AuditQueryDto): Promise<AuditListDto> {
    checkPeriod(filter, this.database.now());
    const { rows, paging } = await keysetPage(
      this.cursors,
      ['audit', tenantUid],
      { pageSize, cursor },
      (beforeId, limit) => this.entries.newest(tenantUid, filter, { beforeId, limit }),
      ({ id }) => id,
    );
    return { items: rows.map(auditEntryDto), paging };
  }
}
