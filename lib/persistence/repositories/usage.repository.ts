import { Inject, Injectable } from '@nestjs/common';
import { DATABASE, type Database } from '../ports/database.js';
import { statement } from '../sql/statement.js';
import { STORES, type Stores } from '../ports/stores.js';

/** Pending deliveries are counted up to this number, so that the cost of a request does not grow with the backlog. */
export const MOST_PENDING_COUNTED = 10_000;

/** How much of its quotas a tenant uses. */
export interface Usage {
  readonly transports: number;
  readonly webhooks: number;
  /** `MOST_PENDING_COUNTED` means that many, or more. */
  readonly pendingDeliveries: number;
}

/** Reads how much of their quotas tenants use. */
@Injectable()
export class UsageRepository {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(STORES) private readonly stores: Pick<Stores, 'counts'>,
  ) {}

  /** Counts the tenant's transports and webhooks, and its pending deliveries up to `MOST_PENDING_COUNTED`. */
  async of(tenantUid: string): Promise<Usage> {
    const [transports, webhooks] = ['http_transport', 'webhook'].map((name) =>
      this.database.table(`webhook_${name}`),
    );
    const { sql, parameters } = statement(
      this.database,
      `SELECT (SELECT count(*) FROM ${transports} WHERE tenant_uid = ?) AS transports,
              (SELECT count(*) FROM ${webhooks} WHERE tenant_uid = ?) AS webhooks`,
      [tenantUid, tenantUid],
    );
    const pendingDeliveries = await this.stores.counts.pending(tenantUid, MOST_PENDING_COUNTED);
    // TypeORM's PostgreSQL driver may return counts as text.
    const [row] = await this.database.dataSource.query<Record<'transports' | 'webhooks', unknown>[]>(sql, [
      ...parameters,
    ]);
    return { transports: Number(row!.transports), webhooks: Number(row!.webhooks), pendingDeliveries };
  }
}
