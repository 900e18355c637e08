import { isPayloadGone } from '../sql/retention-sql.js';
import { maySend } from '../sql/stop-setting.js';
import { NOTE_REQUEST, notifyLane, waitsBehind } from '../sql/queue-sql.js';
import type { SqliteDatabase } from './sqlite-database.js';

/** The SQL texts of SqliteRequestStore: the same statements as on PostgreSQL, row by row. */
export function requestTexts(database: Pick<SqliteDatabase, 'table'>) {
  const table = (name: string): string => database.table(name);
  const lane = table('webhook_lane');
  const queue = table('webhook_queue');
  return {
    facts: `
    WITH found AS MATERIALIZED (
      SELECT id, transport_id, webhook_id, event_id, NULL AS due_at, NULL AS requested
      FROM ${table('webhook_delivery')} WHERE id = @id AND tenant_id = @tenantId
      UNION ALL
      SELECT q.delivery_id, q.transport_id, q.webhook_id, q.event_id, q.due_at, q.requested
      FROM json_each(@transports) t CROSS JOIN ${queue} q INDEXED BY webhook_queue_list
      WHERE q.tenant_id = @tenantId AND q.transport_id = t.value AND q.delivery_id = @id
    )
    SELECT f.id, f.transport_id, f.due_at, f.requested,
           (SELECT state FROM ${table('webhook_http_transport')} t WHERE t.id = f.transport_id) AS transport_state,
           (SELECT 1 FROM ${table('webhook_webhook')} w WHERE w.id = f.webhook_id) IS NOT NULL AS has_webhook,
           coalesce((SELECT NOT (${isPayloadGone('e')}) FROM ${table('webhook_event')} e WHERE e.id = f.event_id), 0)
             AS has_payload
    FROM found f LIMIT 1`,
    request: `
    UPDATE ${queue} SET requested = 'MANUAL'
    WHERE transport_id = ? AND due_at = ? AND delivery_id = ? AND tenant_id = ? AND requested IS NULL`,
    notify: `UPDATE ${lane} SET ${notifyLane('sqlite', '@now')}, ${NOTE_REQUEST} WHERE transport_id = @transportId`,
    maySend: `SELECT 1 WHERE ${maySend(database, '?')}`,
    version: `SELECT requests_version FROM ${lane} WHERE transport_id = ?`,
    read: `
    SELECT q.due_at, q.delivery_id, q.event_id, q.attempts, q.ordering_key, q.lost_attempts, q.noted_token, q.requested,
           q.ordering_key IS NOT NULL AND ${waitsBehind(queue, 'q')} AS behind
    FROM ${queue} q INDEXED BY webhook_queue_requested
    WHERE q.transport_id = ? AND q.requested = 'MANUAL' AND q.delivery_id > ?
    ORDER BY q.transport_id, q.delivery_id LIMIT ?`,
    clear: `UPDATE ${lane} SET requests_version = 0 WHERE transport_id = ? AND requests_version = ?`,
  };
}
