import type { DataSource } from 'typeorm';

/** A delivery to be written as the engine would. */
export interface SeededDelivery {
  tenantUid: string;
  httpTransportUid: string;
  webhookUid: string;
  eventUid: string;
  action?: string;
  status?: string;
  /** Milliseconds since the epoch. */
  createdAt?: number;
}

let lastId = Date.now() * 1_000;

/**
 * Writes pending deliveries into the queue, as due, and ended ones into the log. The transports must exist. For a webhook that
 * does not exist, a tombstone is written.
 */
export async function seedDeliveries(
  dataSource: DataSource,
  deliveries: readonly SeededDelivery[],
): Promise<void> {
  for (const delivery of deliveries) {
    const { tenantUid, httpTransportUid, eventUid } = delivery;
    const { action = 'ORDER_SETTLED', status = 'PENDING', createdAt = Date.now() } = delivery;
    const [event] = await dataSource.query<{ id: number }[]>(
      `INSERT INTO webhook_event (tenant_uid, event_uid, action, body, occurred_at)
       VALUES (${text(tenantUid, eventUid, action, `{"action":"${action}"}`)}, ${createdAt}) RETURNING id`,
    );
    const webhookId = await idOfWebhook(dataSource, delivery);
    const place =
      status === 'PENDING'
        ? { table: 'webhook_queue', id: 'delivery_id', columns: 'due_at', values: `${createdAt}` }
        : {
            table: 'webhook_delivery',
            id: 'id',
            columns: 'status, finished_at',
            values: `${text(status)}, ${createdAt}`,
          };
    await dataSource.query(
      `INSERT INTO ${place.table} (${place.id}, tenant_id, event_id, transport_id, webhook_id, attempts, created_at, ${place.columns})
       SELECT ${++lastId}, n.id, ${event!.id}, t.id, ${webhookId}, 0, ${createdAt}, ${place.values}
         FROM webhook_http_transport t JOIN webhook_tenant n ON n.tenant_uid = t.tenant_uid
        WHERE t.tenant_uid = ${text(tenantUid)} AND t.http_transport_uid = ${text(httpTransportUid)}`,
    );
  }
}

/** The id of the webhook. If the tenant has no webhook with this uid, a tombstone is written for it. */
async function idOfWebhook(
  dataSource: DataSource,
  { tenantUid, httpTransportUid, webhookUid }: SeededDelivery,
): Promise<number> {
  const named = `tenant_uid = ${text(tenantUid)} AND`;
  const [found] = await dataSource.query<{ id: number }[]>(
    `SELECT id FROM webhook_webhook WHERE ${named} webhook_uid = ${text(webhookUid)}
     UNION ALL SELECT id FROM webhook_tombstone WHERE ${named} kind = 'WEBHOOK' AND uid = ${text(webhookUid)}`,
  );
  if (found) return found.id;
  const id = ++lastId;
  await dataSource.query(
    `INSERT INTO webhook_tombstone (kind, id, tenant_uid, uid, transport_id, deleted_at)
     SELECT 'WEBHOOK', ${id}, ${text(tenantUid, webhookUid)}, id, 1 FROM webhook_http_transport
      WHERE ${named} http_transport_uid = ${text(httpTransportUid)}`,
  );
  return id;
}

const text = (...values: string[]): string => values.map((value) => `'${value}'`).join(', ');

/** Added to the id of an event, so that the id of its delivery differs from all ids that fan-out gives to deliveries. */
const SEEDED_FROM = 1e15;

/** Writes many pending deliveries at once, all due. The transport must exist. */
export async function seedBacklog(
  dataSource: DataSource,
  { tenantUid, httpTransportUid, count }: { tenantUid: string; httpTransportUid: string; count: number },
): Promise<void> {
  const now = Date.now();
  await dataSource.query(
    `INSERT INTO webhook_event (tenant_uid, event_uid, action, body, occurred_at)
     WITH RECURSIVE number (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < ${count})
     SELECT ${text(tenantUid)}, 'backlog-' || i, 'ORDER_SETTLED', '{}', ${now} FROM number`,
  );
  await dataSource.query(
    `INSERT INTO webhook_queue (transport_id, due_at, delivery_id, event_id, webhook_id, created_at, tenant_id)
     SELECT t.id, ${now} + e.id % 7, e.id + ${SEEDED_FROM}, e.id, 0, ${now}, n.id
       FROM webhook_event e JOIN webhook_http_transport t ON t.tenant_uid = e.tenant_uid
       JOIN webhook_tenant n ON n.tenant_uid = t.tenant_uid
      WHERE t.tenant_uid = ${text(tenantUid)} AND t.http_transport_uid = ${text(httpTransportUid)}
        AND e.event_uid LIKE 'backlog-%'`,
  );
}
