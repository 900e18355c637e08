import { Inject, Injectable } from '@nestjs/common';
import type { AuditKind, OperatorAuditKind } from '../../domain/audit.js';
import type { AuditPage } from '../ports/audit-store.js';
import { STORES, type Stores } from '../ports/stores.js';
import { NO_ID } from '../sql/delivery-sql.js';
import { numberBounds } from '../sql/id-bounds.js';

/** Criteria of a list of entries; an undefined criterion matches all. */
export interface AuditFilter {
  readonly kind?: AuditKind | OperatorAuditKind | undefined;
  readonly actor?: string | undefined;
  /** Also finds the entries of its webhooks. */
  readonly httpTransportUid?: string | undefined;
  readonly webhookUid?: string | undefined;
  /** Milliseconds since the epoch, inclusive. */
  readonly createdFrom?: number | undefined;
  /** Milliseconds since the epoch, inclusive. */
  readonly createdTo?: number | undefined;
}

/** The audit of a tenant. Every call takes the tenant first and reaches no other tenant's rows. Tenant '' has the entries that concern all tenants. */
@Injectable()
export class AuditRepository {
  constructor(@Inject(STORES) private readonly stores: Pick<Stores, 'audit'>) {}

  /**
   * The newest entries, in descending order of ids.
   *
   * @param beforeId leaves out this entry and newer ones
   */
  async newest(
    tenantUid: string,
    { kind, actor, httpTransportUid, webhookUid, createdFrom, createdTo }: AuditFilter,
    { beforeId = NO_ID, limit }: { beforeId?: number | undefined; limit: number },
  ): Promise<AuditPage> {
    const bounds = await numberBounds(this.stores.audit, tenantUid, createdFrom, createdTo);
    return this.stores.audit.page({
      tenantUid,
      kind,
      actor,
      httpTransportUid,
      webhookUid,
      createdFrom,
      createdTo,
      afterId: bounds.afterId,
      beforeId: Math.min(beforeId, bounds.beforeId),
      limit,
    });
  }
}
