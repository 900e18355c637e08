import type { DataSource } from 'typeorm';

const DAY_MS = 86_400_000;
/** Subtracted from the ids of events, so that the written deliveries have lower ids than deliveries that are sent. */
const BEFORE = 1_000_000_000_000;

export interface OldLog {
  readonly tenantUid: string;
  readonly httpTransportUid: string;
  /** Prefix of the events' uids. */
  readonly name: string;
  readonly count: number;
  readonly endedDaysAgo: number;
}

/** Writes deliveries that ended days ago, each with an event of its own, as the engine would have written them. */
export async function writeOldLog(
  dataSource: DataSource,
  { tenantUid, httpTransportUid, name, count, endedDaysAgo }: OldLog,
): Promise<void> {
  const at = Date.now() - endedDaysAgo * DAY_MS;
  const numbers =
    dataSource.options.type === 'postgres'
      ? `SELECT i FROM generate_series(1, ${count}) i`
      : `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count}) SELECT i FROM n`;
  await dataSource.query(
    `INSERT INTO webhook_event (tenant_uid, event_uid, action, body, created_at)
     SELECT '${tenantUid}', '${name}-' || i, 'ORDER_SETTLED', '{"order":{"Uid":"700"}}', ${at} FROM (${numbers}) numbers`,
  );
  await dataSource.query(
    `INSERT INTO webhook_delivery (id, event_id, transport_id, webhook_id, created_at, finished_at, tenant_id, attempts,
       duration_ms, response_status_code, status)
     SELECT e.id - ${BEFORE}, e.id, t.id, 1, e.created_at, e.created_at, n.id, 1, 5, 204, 'DELIVERED'
       FROM webhook_event e
       JOIN webhook_http_transport t ON t.tenant_uid = e.tenant_uid AND t.http_transport_uid = '${httpTransportUid}'
       JOIN webhook_tenant n ON n.tenant_uid = e.tenant_uid
      WHERE e.tenant_uid = '${tenantUid}' AND e.event_uid LIKE '${name}-%'`,
  );
}

/** How many rows of a table there are. */
export async function rowsIn(dataSource: DataSource, table: string, condition = '1 = 1'): Promise<number> {
  const [row] = await dataSource.query<{ rows: number | string }[]>(
    `SELECT count(*) AS rows FROM ${table} WHERE ${condition}`,
  );
  return Number(row!.rows);
}
