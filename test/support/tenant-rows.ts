import type { DataSource } from 'typeorm';

/** A delivery of the tenant, pending or ended. */
const deliveriesOf = (id: number): string =>
  `SELECT id FROM webhook_delivery WHERE tenant_id = ${id} UNION ALL SELECT delivery_id FROM webhook_queue WHERE tenant_id = ${id}`;

/**
 * Tables with rows of tenants, and the condition that finds those of one by its uid and id. Statistics are not among them:
 * a worker counts outcomes of the last seconds at any time, also after a purge.
 */
const OF_TENANT: Readonly<Record<string, (uid: string, id: number) => string>> = {
  webhook_http_transport: (uid) => `tenant_uid = '${uid}'`,
  webhook_webhook: (uid) => `tenant_uid = '${uid}'`,
  webhook_lane: (uid) => `tenant_uid = '${uid}'`,
  webhook_tombstone: (uid) => `tenant_uid = '${uid}'`,
  webhook_event: (uid) => `tenant_uid = '${uid}'`,
  webhook_outbox: (uid) => `tenant_uid = '${uid}'`,
  webhook_audit: (uid) => `tenant_uid = '${uid}'`,
  webhook_tenant: (uid) => `tenant_uid = '${uid}'`,
  webhook_throttle: (uid) => `subject LIKE '%${uid}%'`,
  webhook_queue: (_uid, id) => `tenant_id = ${id}`,
  webhook_delivery: (_uid, id) => `tenant_id = ${id}`,
  webhook_recovery: (uid) => `tenant_uid = '${uid}'`,
  webhook_recovery_item: (_uid, id) => `event_id = -${id}`,
  webhook_attempt: (_uid, id) => `delivery_id IN (${deliveriesOf(id)})`,
};

/** The id of a tenant that has a transport. After a purge it can no longer be read. */
export async function tenantNumber(dataSource: DataSource, tenantUid: string): Promise<number> {
  const [row] = await dataSource.query<{ id: number }[]>(
    `SELECT id FROM webhook_tenant WHERE tenant_uid = '${tenantUid}'`,
  );
  return row!.id;
}

/** The number of rows of a tenant by table. Tables without such rows are missing. */
export async function tenantRows(
  dataSource: DataSource,
  tenantUid: string,
  id: number,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [table, condition] of Object.entries(OF_TENANT)) {
    const [row] = await dataSource.query<{ rows: number | string }[]>(
      `SELECT count(*) AS rows FROM ${table} WHERE ${condition(tenantUid, id)}`,
    );
    if (Number(row!.rows) > 0) counts[table] = Number(row!.rows);
  }
  return counts;
}

/** Attempts whose delivery does not exist, of any tenant. */
export async function strayAttempts(dataSource: DataSource): Promise<number> {
  const [row] = await dataSource.query<{ rows: number | string }[]>(
    `SELECT count(*) AS rows FROM webhook_attempt
      WHERE delivery_id NOT IN (SELECT id FROM webhook_delivery UNION ALL SELECT delivery_id FROM webhook_queue)`,
  );
  return Number(row!.rows);
}
