import type { DataSource } from 'typeorm';

/** Events to be written without an outbox row, as if they had been fanned out to nobody. */
export interface SeededEvents {
  tenantUid: string;
  count: number;
  action?: string;
  /** SQL for the body; `i` is the number of the event, from 1. Default: an order with this `Uid`. */
  body?: string;
  /** Date of the first event, ms since the epoch. It must be in the past: then the trigger writes no row of the outbox. */
  createdAt: number;
  /** Time between two of them, in ms. Default 0. */
  everyMs?: number;
  /** Prefix of the uids `prefix-1`, `prefix-2`, … Default `event`. */
  prefix?: string;
}

/** Writes many events with one statement. */
export async function seedEvents(
  dataSource: DataSource,
  {
    tenantUid,
    count,
    action = 'ORDER_SETTLED',
    body = `'{"action":"${action}","tenant":{"Uid":"${tenantUid}"},"order":{"Uid":"' || i || '"}}'`,
    createdAt,
    everyMs = 0,
    prefix = 'event',
  }: SeededEvents,
): Promise<void> {
  await dataSource.query(
    `INSERT INTO webhook_event (tenant_uid, event_uid, action, body, created_at)
     WITH RECURSIVE number (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < ${count})
     SELECT '${tenantUid}', '${prefix}-' || i, '${action}', ${body}, ${createdAt} + (i - 1) * ${everyMs}
       FROM number ORDER BY i`,
  );
}
