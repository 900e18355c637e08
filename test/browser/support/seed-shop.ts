import type { TestHost } from '../../support/test-host.js';
import { ENDPOINTS, HOUR_MS, NOW } from './shop-data.js';
import { ShopRows } from './shop-rows.js';

/** The tenant whose pages are shown. */
export const SHOP = 'coffee-oslo';

/**
 * Writes the data of the shop: endpoints through the API, and older data as rows, because the API cannot set dates in the past. The host
 * must have no worker, because a worker would send the pending deliveries, and its database must be SQLite.
 */
export async function seedShop(host: TestHost): Promise<void> {
  const api = host.api(SHOP);
  for (const { uid, name, url, actions } of ENDPOINTS) {
    await api.post('/httptransports', { httpTransportUid: uid, name, url });
    for (const [index, action] of actions.entries())
      await api.post(`/httptransports/${uid}/webhooks`, { webhookUid: `${uid}-${index + 1}`, action });
  }
  await api.post('/httptransports/sales-analytics/pause', {});
  await api.post('/httptransports/old-till/disable', { reason: 'GONE' });
  await new ShopRows(host.dataSource, SHOP).write();
}

/** Columns with dates, by table. */
const DATES: Readonly<Record<string, readonly string[]>> = {
  webhook_event: ['created_at', 'occurred_at'],
  webhook_delivery: ['created_at', 'finished_at'],
  webhook_queue: ['created_at', 'due_at'],
  webhook_attempt: ['started_at'],
  webhook_statistic: ['start'],
  webhook_http_transport: ['failing_since'],
};

/** Moves the past to the hours before the present, for pages whose clock is not set. */
export async function shiftShop(host: TestHost): Promise<void> {
  const byMs = Math.floor((Date.now() - NOW) / HOUR_MS) * HOUR_MS;
  for (const [table, columns] of Object.entries(DATES)) {
    const changes = columns.map((column) => `${column} = ${column} + ${byMs}`);
    await host.dataSource.query(`UPDATE ${table} SET ${changes.join(', ')}`);
  }
}
