import type { EntityManager } from 'typeorm';
import type { PastEvent } from './example-events.js';
import { EXAMPLE_TENANT } from './example-transports.js';
import { eventRow, historyRows, type Numbers } from './history-rows.js';
import { insertRows } from './insert-rows.js';
import type { PastTransport } from './simulate-deliveries.js';

/** Number of facts in one row. A worker, too, writes many facts into one row. */
const FACTS_IN_A_ROW = 100;

/** Numbers of the tenant's rows that exist before the history is written. */
export type KnownNumbers = Omit<Numbers, 'eventIds'>;

/** Reads the numbers of the tenant, its transports and its webhooks. */
export async function readNumbers(manager: EntityManager): Promise<KnownNumbers> {
  const read = async (table: string, uid: string): Promise<Map<string, number>> => {
    const rows = await manager.query<{ id: number | string; uid: string }[]>(
      `SELECT id, ${uid} AS uid FROM ${table} WHERE tenant_uid = '${EXAMPLE_TENANT}'`,
    );
    return new Map(rows.map((row) => [row.uid, Number(row.id)]));
  };
  const tenants = await read('webhook_tenant', 'tenant_uid');
  return {
    tenantId: tenants.get(EXAMPLE_TENANT) ?? 0,
    transportIds: await read('webhook_http_transport', 'http_transport_uid'),
    webhookIds: await read('webhook_webhook', 'webhook_uid'),
  };
}

/**
 * Writes the events, their deliveries, their attempts and the state of the lanes, as part of the caller's transaction.
 *
 * @param tenantNumber `Id` of the tenant in payloads
 * @param events the oldest first
 */
export async function writeHistory(
  manager: EntityManager,
  tenantNumber: number,
  events: readonly PastEvent[],
  transports: readonly PastTransport[],
  known: KnownNumbers,
): Promise<void> {
  await insertRows(
    manager,
    'webhook_event',
    events.map((event) => eventRow(EXAMPLE_TENANT, tenantNumber, event)),
  );
  const eventIds = await readEventIds(manager);
  const count = transports.reduce((sum, { deliveries }) => sum + deliveries.length, 0);
  const ids = await takeDeliveryNumbers(manager, count);
  const { queue, log, attempts, facts } = historyRows(transports, { ...known, eventIds }, ids);
  await insertRows(manager, 'webhook_queue', queue);
  await insertRows(manager, 'webhook_delivery', log);
  await insertRows(manager, 'webhook_attempt', attempts);
  const groups = Array.from({ length: Math.ceil(facts.length / FACTS_IN_A_ROW) }, (_, index) => ({
    facts: facts.slice(index * FACTS_IN_A_ROW, (index + 1) * FACTS_IN_A_ROW).join(';'),
  }));
  await insertRows(manager, 'webhook_statistic_fact', groups);
  for (const past of transports) await writeHealth(manager, past, known);
}

/** The health of a transport, and when its lane is due. A suspended lane, of a paused or disabled transport, is never due. */
async function writeHealth(
  manager: EntityManager,
  past: PastTransport,
  { transportIds }: KnownNumbers,
): Promise<void> {
  const { transport, deliveries, failingSince, consecutiveFailures, blockedUntil } = past;
  const transportId = transportIds.get(transport.uid);
  if (transportId === undefined) return;
  const dueAt = Math.min(...deliveries.flatMap(({ status, at }) => (status === 'PENDING' ? [at] : [])));
  const due = dueAt < Infinity ? String(Math.max(dueAt, blockedUntil)) : 'due_at';
  await manager.query(
    `UPDATE webhook_http_transport SET failing_since = ${failingSince ?? 'NULL'} WHERE id = ${transportId}`,
  );
  await manager.query(
    `UPDATE webhook_lane SET version = version + 1, consecutive_failures = ${consecutiveFailures},
       blocked_until = ${blockedUntil}, due_at = CASE WHEN suspended THEN NULL ELSE ${due} END
     WHERE transport_id = ${transportId}`,
  );
}

async function readEventIds(manager: EntityManager): Promise<Map<string, number>> {
  const rows = await manager.query<{ id: number | string; event_uid: string }[]>(
    `SELECT id, event_uid FROM webhook_event WHERE tenant_uid = '${EXAMPLE_TENANT}'`,
  );
  return new Map(rows.map((row) => [row.event_uid, Number(row.id)]));
}

/** Reserves delivery numbers in the module's own sequence, so that none is used twice. */
async function takeDeliveryNumbers(manager: EntityManager, count: number): Promise<number[]> {
  if (manager.dataSource.options.type === 'postgres') {
    const rows = await manager.query<{ id: string }[]>(
      `SELECT nextval(pg_get_serial_sequence('webhook_queue', 'delivery_id')) AS id FROM generate_series(1, ${count})`,
    );
    return rows.map(({ id }) => Number(id));
  }
  const name = 'last_delivery_id';
  const [row] = await manager.query<{ last: number }[]>(
    `SELECT CAST(value AS INTEGER) AS last FROM webhook_setting WHERE name = '${name}'`,
  );
  const last = row?.last ?? 0;
  await manager.query(`UPDATE webhook_setting SET value = '${last + count}' WHERE name = '${name}'`);
  return Array.from({ length: count }, (_, index) => last + index + 1);
}
