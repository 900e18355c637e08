import { Inject, Injectable } from '@nestjs/common';
import { ALL_TENANTS_ID, ALL_TRANSPORTS_ID, type CountRow } from '../../domain/statistics.js';
import { DATABASE, type Database } from '../ports/database.js';
import type { CountsRequest } from '../ports/statistic-store.js';
import { STORES, type Stores } from '../ports/stores.js';
import { TRANSPORT_TOMBSTONE } from '../sql/delivery-sql.js';
import { readQueueDepth, readQueueDepths } from '../sql/read-queue-depths.js';
import { statement } from '../sql/statement.js';

/** Maximum number of deleted transports with one uid that are searched. */
const MOST_TOMBSTONES = 100;

/** Criteria of statistics. */
export interface StatisticFilter extends Pick<CountsRequest, 'granularity' | 'action' | 'from' | 'to'> {
  /** Also finds deleted transports with this uid. Undefined: all transports. */
  readonly httpTransportUid: string | undefined;
}

/** Statistics of a tenant. */
@Injectable()
export class StatisticRepository {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(STORES) private readonly stores: Pick<Stores, 'statistics'>,
  ) {}

  async counts(tenantUid: string, { httpTransportUid, ...request }: StatisticFilter): Promise<CountRow[]> {
    const tenant = await this.#tenant(tenantUid);
    if (tenant === undefined) return [];
    const transportIds =
      httpTransportUid === undefined ? undefined : await this.#transports(tenantUid, httpTransportUid);
    if (transportIds?.length === 0) return [];
    return this.stores.statistics.counts({ ...request, tenantId: tenant, transportIds });
  }

  /**
   * Number of pending deliveries of the tenant, or of one transport.
   *
   * @param httpTransportUid undefined: all transports
   */
  async pending(tenantUid: string, httpTransportUid: string | undefined): Promise<number> {
    const tenantId = await this.#tenant(tenantUid);
    if (tenantId === undefined) return 0;
    const transportIds =
      httpTransportUid === undefined
        ? [ALL_TRANSPORTS_ID]
        : await this.#transports(tenantUid, httpTransportUid);
    const depths = await readQueueDepths(this.database, { tenantIds: [tenantId], transportIds });
    return depths.get(tenantId)!;
  }

  /** Number of pending deliveries of all tenants. */
  pendingOfAllTenants(): Promise<number> {
    return readQueueDepth(this.database);
  }

  /** The sums over all tenants. */
  countsOfAllTenants(range: Pick<CountsRequest, 'granularity' | 'from' | 'to'>): Promise<CountRow[]> {
    return this.stores.statistics.counts({
      ...range,
      tenantId: ALL_TENANTS_ID,
      transportIds: undefined,
      action: undefined,
    });
  }

  async #tenant(tenantUid: string): Promise<number | undefined> {
    const sql = `SELECT id FROM ${this.database.table('webhook_tenant')} WHERE tenant_uid = ?`;
    return (await this.#ids(sql, [tenantUid]))[0];
  }

  #transports(tenantUid: string, uid: string): Promise<number[]> {
    const [transport, tombstone] = ['webhook_http_transport', 'webhook_tombstone'].map((name) =>
      this.database.table(name),
    );
    return this.#ids(
      `SELECT id FROM ${transport} WHERE tenant_uid = ? AND http_transport_uid = ?
       UNION ALL SELECT id FROM (
         SELECT id FROM ${tombstone} WHERE tenant_uid = ? AND kind = ? AND uid = ?
         ORDER BY id DESC LIMIT ${MOST_TOMBSTONES}
       ) deleted`,
      [tenantUid, uid, tenantUid, TRANSPORT_TOMBSTONE, uid],
    );
  }

  async #ids(sql: string, values: readonly unknown[]): Promise<number[]> {
    const { sql: text, parameters } = statement(this.database, sql, values);
    const rows = await this.database.dataSource.query<{ id: number | string }[]>(text, [...parameters]);
    // TypeORM's PostgreSQL driver may return 64-bit numbers as text.
    return rows.map(({ id }) => Number(id));
  }
}
