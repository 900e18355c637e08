import type { TestHost } from '../../support/test-host.js';

/** Size of a tenant's data. */
export interface Scale {
  readonly endpoints: number;
  readonly deliveries: number;
}

/** Action of the oldest event only, so its deliveries are at the end of the log. */
export const RARE_ACTION = 'TILL_CLOSED';
const DAY_MS = 86_400_000;
/** Deliveries of one event. */
const FAN_OUT = 4;
const FIRST_ID = 46_000_000_000_000;

const numbers = (count: number): string =>
  `WITH RECURSIVE number (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < ${count})`;

/**
 * Writes many endpoints and the deliveries of the last day with a few statements, into SQLite. The first endpoint is made through
 * the API, and the others are copies of it: `endpoint-1`, `endpoint-2`, …
 */
export async function seedScale(host: TestHost, tenantUid: string, scale: Scale): Promise<void> {
  const api = host.api(tenantUid);
  const { dataSource } = host;
  const endpoint = { httpTransportUid: 'endpoint-1', name: 'Endpoint 1', url: 'https://shop.example.com/1' };
  await api.post('/httptransports', endpoint);
  await api.post('/httptransports/endpoint-1/webhooks', { webhookUid: 'all', action: '*' });
  const [first] = await dataSource.query<{ id: number; webhook_id: number; tenant_id: number }[]>(
    `SELECT t.id, w.id AS webhook_id, n.id AS tenant_id FROM webhook_http_transport t
       JOIN webhook_webhook w ON w.transport_id = t.id JOIN webhook_tenant n ON n.tenant_uid = t.tenant_uid
      WHERE t.tenant_uid = '${tenantUid}'`,
  );
  const { id, webhook_id: webhookId, tenant_id: tenantId } = first!;
  const copied = await columnsOf(host, 'webhook_http_transport', ['id', 'http_transport_uid', 'name', 'url']);
  await dataSource.query(
    `INSERT INTO webhook_http_transport (id, http_transport_uid, name, url, ${copied})
     ${numbers(scale.endpoints - 1)}
     SELECT ${id} + i, 'endpoint-' || (i + 1), 'Endpoint ' || (i + 1), 'https://shop.example.com/' || (i + 1), ${copied}
       FROM number CROSS JOIN webhook_http_transport t WHERE t.id = ${id}`,
  );
  const lane = await columnsOf(host, 'webhook_lane', ['transport_id']);
  await dataSource.query(
    `INSERT INTO webhook_lane (transport_id, ${lane}) ${numbers(scale.endpoints - 1)}
     SELECT ${id} + i, ${lane} FROM number CROSS JOIN webhook_lane WHERE transport_id = ${id}`,
  );
  const start = Date.now() - DAY_MS;
  const eventCount = Math.ceil(scale.deliveries / FAN_OUT);
  const every = (DAY_MS - 60_000) / eventCount;
  await dataSource.query(
    `INSERT INTO webhook_event (id, tenant_uid, event_uid, action, body, occurred_at, created_at)
     ${numbers(eventCount)}
     SELECT i, '${tenantUid}', 'event-' || i, iif(i = 1, '${RARE_ACTION}', 'ORDER_SETTLED'),
            '{"order":{"Uid":"' || i || '"}}', CAST(${start} + i * ${every} AS INTEGER), CAST(${start} + i * ${every} AS INTEGER)
       FROM number`,
  );
  await dataSource.query(
    `INSERT INTO webhook_delivery (id, event_id, transport_id, webhook_id, created_at, finished_at, tenant_id, attempts,
       duration_ms, response_status_code, status, reason)
     ${numbers(scale.deliveries)}
     SELECT ${FIRST_ID} + i, 1 + (i - 1) / ${FAN_OUT}, ${id} + (i * 7919) % ${scale.endpoints}, ${webhookId},
            CAST(${start} + i * ${every / FAN_OUT} AS INTEGER), CAST(${start} + i * ${every / FAN_OUT} AS INTEGER) + 80, ${tenantId}, 1, 80,
            iif(i % 50 = 0, 500, 204), iif(i % 50 = 0, 'FAILED', 'DELIVERED'), iif(i % 50 = 0, 'EXHAUSTED', NULL)
       FROM number`,
  );
  await dataSource.query('ANALYZE');
}

/** Names of the columns of a table, without some. */
async function columnsOf(host: TestHost, table: string, without: readonly string[]): Promise<string> {
  const columns = await host.dataSource.query<{ name: string }[]>(`PRAGMA table_info(${table})`);
  return columns
    .map(({ name }) => name)
    .filter((name) => !without.includes(name))
    .join(', ');
}
