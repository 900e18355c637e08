import type { DataSource } from 'typeorm';

/** A delivery to be written into the log as the engine would. */
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

/** Writes pending ones into the queue too, as due. The transports must exist. */
export async function seedDeliveries(
  dataSource: DataSource,
  deliveries: readonly SeededDelivery[],
): Promise<void> {
  for (const delivery of deliveries) {
    const { tenantUid, httpTransportUid, webhookUid, eventUid } = delivery;
    const { action = 'ORDER_SETTLED', status = 'PENDING', createdAt = Date.now() } = delivery;
    const pending = status === 'PENDING';
    const [event] = await dataSource.query<{ id: number }[]>(
      `INSERT INTO webhook_event (tenant_uid, event_uid, action, body, occurred_at)
       VALUES (${text(tenantUid, eventUid, action, `{"action":"${action}"}`)}, ${createdAt}) RETURNING id`,
    );
    const [row] = await dataSource.query<{ id: number; transport_id: number }[]>(
      `INSERT INTO webhook_delivery (tenant_uid, event_id, transport_id, http_transport_uid, webhook_uid, action, status,
                                     attempts, due_at, created_at, finished_at)
       SELECT tenant_uid, ${event!.id}, id, http_transport_uid, ${text(webhookUid, action, status)},
              0, ${pending ? createdAt : 'NULL'}, ${createdAt}, ${pending ? 'NULL' : createdAt}
         FROM webhook_http_transport WHERE tenant_uid = ${text(tenantUid)} AND http_transport_uid = ${text(httpTransportUid)}
       RETURNING id, transport_id`,
    );
    if (!pending) continue;
    await dataSource.query(
      `INSERT INTO webhook_queue (transport_id, due_at, delivery_id, event_id)
       VALUES (${row!.transport_id}, ${createdAt}, ${row!.id}, ${event!.id})`,
    );
  }
}

const text = (...values: string[]): string => values.map((value) => `'${value}'`).join(', ');

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
    `INSERT INTO webhook_delivery (tenant_uid, event_id, transport_id, http_transport_uid, webhook_uid, action, status,
                                   attempts, due_at, created_at)
     SELECT e.tenant_uid, e.id, t.id, t.http_transport_uid, 'w', e.action, 'PENDING', 0, ${now} + e.id % 7, ${now}
       FROM webhook_event e JOIN webhook_http_transport t ON t.tenant_uid = e.tenant_uid
      WHERE t.tenant_uid = ${text(tenantUid)} AND t.http_transport_uid = ${text(httpTransportUid)}
        AND e.event_uid LIKE 'backlog-%'`,
  );
  await dataSource.query(
    `INSERT INTO webhook_queue (transport_id, due_at, delivery_id, event_id)
     SELECT transport_id, due_at, id, event_id FROM webhook_delivery
      WHERE tenant_uid = ${text(tenantUid)} AND status = 'PENDING' AND webhook_uid = 'w'
        AND http_transport_uid = ${text(httpTransportUid)}`,
  );
}
