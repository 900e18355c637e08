import { PARKED_DUE_AT } from '../ports/record-store.js';
import { QUEUED } from '../sql/facts.js';
import { notifyLane } from '../sql/queue-sql.js';
import { recordProgress } from '../sql/recovery-rows.js';
import { isPayloadGone } from '../sql/retention-sql.js';
import type { SqliteDatabase } from './sqlite-database.js';

/** The SQL texts of SqliteRecoveryStore: the same searches as on PostgreSQL. */
export function recoveryTexts(database: Pick<SqliteDatabase, 'table'>) {
  const [queue, delivery, event, lane, outbox, webhook] = [
    'webhook_queue',
    'webhook_delivery',
    'webhook_event',
    'webhook_lane',
    'webhook_outbox',
    'webhook_webhook',
  ].map((name) => database.table(name));
  // The left join finds no row if the event was deleted.
  const hasBody = `e.id IS NOT NULL AND NOT (${isPayloadGone('e')}) AS has_body`;
  const waiting = (condition: string, most: string): string => `
      SELECT 1 FROM ${queue} INDEXED BY webhook_queue_recovery
      WHERE transport_id = @transportId AND requested = 'RECOVERY' AND ${condition} LIMIT ${most}`;
  return {
    eventRange: `SELECT min(id) AS first, max(id) AS last FROM ${event}`,
    firstEventFrom: `SELECT id, created_at FROM ${event} WHERE id >= ? ORDER BY id LIMIT 1`,
    scanEnded: `
    SELECT d.*, e.event_uid, e.action, ${hasBody}, w.id IS NOT NULL AS has_webhook
    FROM (
      SELECT id, event_id, transport_id, webhook_id, created_at, finished_at FROM ${delivery} INDEXED BY webhook_delivery_tenant
      WHERE tenant_id = ? AND status = ? AND id > ? AND id < ? ORDER BY id LIMIT ?
    ) d
    LEFT JOIN ${event} e ON d.transport_id = ? AND e.id = d.event_id
    LEFT JOIN ${webhook} w ON w.id = d.webhook_id
    ORDER BY d.id`,
    scanEvents: `
    SELECT id, tenant_uid, event_uid, action, ordering_key, created_at, ${hasBody} FROM ${event} e
    WHERE id > ? AND id < ? ORDER BY id LIMIT ?`,
    items: `
    SELECT i.event_id, e.ordering_key, ${hasBody}, (
      SELECT w.ordered FROM ${delivery} d INDEXED BY webhook_delivery_event
      JOIN ${webhook} w ON w.id = d.webhook_id
      WHERE d.event_id = i.event_id AND d.transport_id = ? LIMIT 1) AS ordered
    FROM (
      SELECT event_id FROM ${database.table('webhook_recovery_item')} WHERE recovery_id = ? AND event_id > ?
      ORDER BY event_id LIMIT ?
    ) i
    LEFT JOIN ${event} e ON e.id = i.event_id
    ORDER BY i.event_id`,
    pair: `
    SELECT delivery_id, status, webhook_id FROM (
      SELECT delivery_id, 'PENDING' AS status, webhook_id FROM ${queue} INDEXED BY webhook_queue_event
      WHERE event_id = @eventId AND transport_id = @transportId
      UNION ALL
      SELECT id, status, webhook_id FROM ${delivery} INDEXED BY webhook_delivery_event
      WHERE event_id = @eventId AND transport_id = @transportId
    ) LIMIT 1`,
    pending: `
    SELECT (SELECT count(*) FROM (${waiting('due_at <= @now', '@due')})) AS due,
           (SELECT count(*) FROM (${waiting(`due_at = ${PARKED_DUE_AT}`, '@parked')})) AS parked`,
    isSendable: `SELECT 1 FROM ${event} e WHERE e.id = ? AND NOT (${isPayloadGone('e')})`,
    hasWebhook: `SELECT 1 FROM ${webhook} WHERE id = ?`,
    hasLane: `SELECT 1 FROM ${lane} WHERE transport_id = ?`,
    isOnOutbox: `SELECT 1 FROM ${outbox} WHERE tenant_uid = ? AND event_id = ?`,
    keepAttempt: `
    INSERT INTO ${database.table('webhook_attempt')} (delivery_id, number, started_at, duration_ms, response_status_code,
      response_headers, response_body, error_code, error_message, trigger, orphaned)
    SELECT id, attempts, finished_at - duration_ms, duration_ms, response_status_code, response_headers, response_body,
      error_code, error_message, coalesce(trigger, 'SCHEDULE'), 0
    FROM ${delivery} WHERE id = ? AND duration_ms IS NOT NULL`,
    requeue: `
    INSERT INTO ${queue} (transport_id, due_at, delivery_id, event_id, webhook_id, created_at, tenant_id, attempts,
      has_succeeded, ordering_key, requested)
    SELECT transport_id, @dueAt, id, event_id, webhook_id, created_at, tenant_id, attempts, status = 'DELIVERED',
      @orderingKey, 'RECOVERY'
    FROM ${delivery} WHERE id = @id`,
    remove: `DELETE FROM ${delivery} WHERE id = ?`,
    create: `
    INSERT INTO ${queue} (transport_id, due_at, delivery_id, event_id, webhook_id, created_at, tenant_id, ordering_key, requested)
    SELECT @transportId, @dueAt, @id, @eventId, @webhookId, @now, id, @orderingKey, 'RECOVERY'
    FROM ${database.table('webhook_tenant')} WHERE tenant_uid = @tenantUid`,
    noteQueued: `
    INSERT INTO ${database.table('webhook_statistic_fact')} (facts)
    SELECT id || ',' || @transportId || ',' || @rows || ',${QUEUED}' FROM ${database.table('webhook_tenant')}
    WHERE tenant_uid = @tenantUid`,
    notify: `UPDATE ${lane} SET ${notifyLane('sqlite', '@now')} WHERE transport_id = @transportId`,
    progress: `
    UPDATE ${database.table('webhook_recovery')} SET ${recordProgress('@now')}, cursor_id = @cursorId, found = found + @found,
      requeued = requeued + @requeued, created = created + @created, skipped = skipped + @skipped,
      payload_gone = payload_gone + @payloadGone, due_at = @leaseUntil
    WHERE id = @id AND lease_token = @leaseToken`,
  };
}
