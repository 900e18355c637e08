import type { DataSource } from 'typeorm';

const DAY_MS = 86_400_000;

/** A delivery that ended some days ago, with its event. */
export interface AgedDelivery {
  tenantUid: string;
  /** Default `DELIVERED`. */
  status?: string;
  /** Days since it ended. */
  endedDaysAgo: number;
  /** Days since it was created. Default: `endedDaysAgo`. */
  createdDaysAgo?: number;
  /** Uid of its event. Several deliveries may share one. Default: an event of its own. */
  eventUid?: string;
  /** How many attempts it has before the last one; each is a row of its own. Default 0. */
  earlierAttempts?: number;
  /** Id of its webhook. Default 1. */
  webhookId?: number;
}

let last = Date.now() * 1_000;
const nextId = (): number => (last += 1);

/** Writes events and deliveries of the past, as if the engine had done it then. The tenant must have the transport `erp`. */
export class AgedRows {
  constructor(private readonly dataSource: DataSource) {}

  /** An event that was emitted days ago and has been fanned out. @returns its id */
  async event(tenantUid: string, daysAgo: number, eventUid = `event-${nextId()}`): Promise<number> {
    const [found] = await this.dataSource.query<{ id: number | string }[]>(
      `SELECT id FROM webhook_event WHERE tenant_uid = '${tenantUid}' AND event_uid = '${eventUid}'`,
    );
    if (found) return Number(found.id);
    const at = Date.now() - daysAgo * DAY_MS;
    const [row] = await this.dataSource.query<{ id: number | string }[]>(
      `INSERT INTO webhook_event (tenant_uid, event_uid, action, body, created_at)
       VALUES ('${tenantUid}', '${eventUid}', 'ORDER_SETTLED', '{"order":{"Uid":"1"}}', ${at}) RETURNING id`,
    );
    return Number(row!.id);
  }

  /** @returns the id of the delivery */
  async delivery(delivery: AgedDelivery): Promise<number> {
    const { tenantUid, status = 'DELIVERED', endedDaysAgo, earlierAttempts = 0, webhookId = 1 } = delivery;
    const createdDaysAgo = delivery.createdDaysAgo ?? endedDaysAgo;
    const eventId = await this.event(tenantUid, createdDaysAgo, delivery.eventUid);
    const id = nextId();
    const [createdAt, endedAt] = [createdDaysAgo, endedDaysAgo].map((days) => Date.now() - days * DAY_MS);
    await this.dataSource.query(
      `INSERT INTO webhook_delivery (id, event_id, transport_id, webhook_id, created_at, finished_at, tenant_id, attempts,
         duration_ms, response_status_code, status)
       SELECT ${id}, ${eventId}, t.id, ${webhookId}, ${createdAt}, ${endedAt}, n.id, ${earlierAttempts + 1}, 5, 204, '${status}'
         FROM webhook_http_transport t JOIN webhook_tenant n ON n.tenant_uid = t.tenant_uid
        WHERE t.tenant_uid = '${tenantUid}' AND t.http_transport_uid = 'erp'`,
    );
    for (let number = 1; number <= earlierAttempts; number += 1) {
      await this.dataSource.query(
        `INSERT INTO webhook_attempt (delivery_id, number, started_at, duration_ms, trigger, orphaned)
         VALUES (${id}, ${number}, ${createdAt}, 5, 'SCHEDULE', false)`,
      );
    }
    return id;
  }

  /** A delivery that has been pending for days. @returns the id of its event */
  async pending(tenantUid: string, daysAgo: number): Promise<number> {
    const eventId = await this.event(tenantUid, daysAgo);
    const at = Date.now() - daysAgo * DAY_MS;
    await this.dataSource.query(
      `INSERT INTO webhook_queue (transport_id, due_at, delivery_id, event_id, webhook_id, created_at, tenant_id)
       SELECT t.id, ${at}, ${nextId()}, ${eventId}, 1, ${at}, n.id
         FROM webhook_http_transport t JOIN webhook_tenant n ON n.tenant_uid = t.tenant_uid
        WHERE t.tenant_uid = '${tenantUid}' AND t.http_transport_uid = 'erp'`,
    );
    return eventId;
  }

  /** Ids of the tenant's deliveries in the log. */
  async deliveries(tenantUid: string): Promise<number[]> {
    const rows = await this.dataSource.query<{ id: number | string }[]>(
      `SELECT d.id FROM webhook_delivery d JOIN webhook_tenant n ON n.id = d.tenant_id
        WHERE n.tenant_uid = '${tenantUid}' ORDER BY d.id`,
    );
    return rows.map(({ id }) => Number(id));
  }

  /** The tenant's events: their ids and bodies. */
  async events(tenantUid: string): Promise<{ id: number; body: string }[]> {
    const rows = await this.dataSource.query<{ id: number | string; body: string }[]>(
      `SELECT id, body FROM webhook_event WHERE tenant_uid = '${tenantUid}' ORDER BY id`,
    );
    return rows.map(({ id, body }) => ({ id: Number(id), body }));
  }

  async count(table: string, condition: string): Promise<number> {
    const [row] = await this.dataSource.query<{ rows: number | string }[]>(
      `SELECT count(*) AS rows FROM ${table} WHERE ${condition}`,
    );
    return Number(row!.rows);
  }
}
