import { Inject, Injectable } from '@nestjs/common';
import { DATABASE, type Database } from '../database.js';
import { statement } from '../statement.js';

/** What a tenant has of what its quotas count. */
export interface Usage {
  readonly transports: number;
  readonly webhooks: number;
  readonly pendingDeliveries: number;
}

/** How much tenants use. */
@Injectable()
export class UsageRepository {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** Costs a look at each of the tenant's transports and webhooks, and at no delivery. */
  async of(tenantUid: string): Promise<Usage> {
    const [transports, webhooks, lanes] = ['http_transport', 'webhook', 'lane'].map((name) =>
      this.database.table(`webhook_${name}`),
    );
    const { sql, parameters } = statement(
      this.database,
      `SELECT (SELECT count(*) FROM ${transports} WHERE tenant_uid = ?) AS transports,
              (SELECT count(*) FROM ${webhooks} WHERE tenant_uid = ?) AS webhooks,
              (SELECT coalesce(sum(l.queued - l.ended), 0) FROM ${transports} t
                 JOIN ${lanes} l ON l.transport_id = t.id WHERE t.tenant_uid = ?) AS pending`,
      [tenantUid, tenantUid, tenantUid],
    );
    // PostgreSQL's driver of TypeORM gives sums and counts as text.
    const [row] = await this.database.dataSource.query<
      Record<'transports' | 'webhooks' | 'pending', unknown>[]
    >(sql, [...parameters]);
    return {
      transports: Number(row!.transports),
      webhooks: Number(row!.webhooks),
      pendingDeliveries: Number(row!.pending),
    };
  }
}
