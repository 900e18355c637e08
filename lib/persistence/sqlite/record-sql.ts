import { PARKED_DUE_AT } from '../ports/record-store.js';
import { isRequestUnserved, notifyLane, PAST_NOTE, requestedAfter, waitsBehind } from '../sql/queue-sql.js';
import { insertAudit, selectAutomaticDisable } from '../sql/audit-sql.js';
import {
  EVENT_COLUMNS,
  IGNORE_KNOWN_EVENTS,
  insertNotificationEvents,
  isSubscribed,
} from '../sql/notification-event-sql.js';
import type { SqliteDatabase } from './sqlite-database.js';

/** The SQL texts of SqliteRecordStore. */
export function recordTexts(database: Pick<SqliteDatabase, 'table'>) {
  const queue = database.table('webhook_queue');
  const delivery = database.table('webhook_delivery');
  const event = database.table('webhook_event');
  const lane = database.table('webhook_lane');
  const transport = database.table('webhook_http_transport');
  const sameRow = 'transport_id = ? AND due_at = ? AND delivery_id = ?';
  // The fence: the queue row is as this attempt found it, and nobody has recorded another attempt since.
  const fenced = `${sameRow} AND attempts = ?`;
  const attempt = `
    INSERT INTO ${database.table('webhook_attempt')} (delivery_id, number, started_at, duration_ms,
      response_status_code, response_headers, response_body, error_code, error_message, trigger, orphaned)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  return {
    isUnserved: `SELECT 1 FROM ${queue} WHERE ${fenced} AND ${isRequestUnserved('requested', '?', '?')}`,
    remove: `
      DELETE FROM ${queue} WHERE ${fenced}
      RETURNING event_id, webhook_id, created_at, tenant_id, ordering_key, has_succeeded`,
    retry: `UPDATE ${queue} SET due_at = ?, attempts = attempts + 1, lost_attempts = 0,
      noted_token = ${PAST_NOTE}, requested = ${requestedAfter('?', 'requested')} WHERE ${fenced} RETURNING event_id, tenant_id`,
    repeat: `UPDATE ${queue} SET due_at = ?, lost_attempts = lost_attempts + 1,
      noted_token = ${PAST_NOTE}, requested = ${requestedAfter('?', 'requested')} WHERE ${fenced} RETURNING event_id, tenant_id`,
    postpone: `UPDATE ${queue} SET due_at = ? WHERE ${fenced}`,
    nextOfKey: `
      SELECT due_at, delivery_id FROM ${queue} WHERE transport_id = ? AND ordering_key = ? AND event_id > ?
      ORDER BY event_id LIMIT 1`,
    redate: `UPDATE ${queue} SET due_at = ? WHERE ${sameRow}`,
    log: `
      INSERT INTO ${delivery} (id, event_id, transport_id, webhook_id, created_at, finished_at, tenant_id, attempts,
        duration_ms, response_status_code, status, reason, trigger, error_code, error_message, response_headers,
        response_body)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, 'SCHEDULE'), ?, ?, ?, ?)`,
    attempt,
    noteFacts: `INSERT INTO ${database.table('webhook_statistic_fact')} (facts) VALUES (?)`,
    // As on PostgreSQL, an attempt that is already in the database counts as recorded, not as orphaned.
    isLogged: `
      SELECT 1 FROM ${delivery} WHERE id = ? AND attempts = ? AND finished_at - duration_ms = ?`,
    isKept: `
      SELECT 1 FROM ${database.table('webhook_attempt')}
      WHERE delivery_id = ? AND number = ? AND started_at = ? AND orphaned = ?`,
    // If neither the lane nor the delivery exists any more, the tenant was erased, and an orphaned attempt leaves no row.
    isKnown: `
      SELECT 1 FROM ${lane} WHERE transport_id = ? UNION ALL SELECT 1 FROM ${delivery} WHERE id = ?`,
    // The orphaned attempt may exist already.
    orphan: `${attempt} ON CONFLICT (delivery_id, number, started_at) DO NOTHING`,
    isBehind: `SELECT 1 FROM ${queue} q WHERE ${sameRow} AND ${waitsBehind(queue, 'q')}`,
    parkedHeads: `
      SELECT q.transport_id, q.due_at, q.delivery_id FROM ${queue} q
      WHERE q.transport_id = ? AND q.due_at = ${PARKED_DUE_AT} AND NOT ${waitsBehind(queue, 'q')}`,
    notify: `UPDATE ${lane} SET ${notifyLane('sqlite', '@now')} WHERE transport_id = @transportId`,
    isCurrent: `SELECT 1 FROM ${lane} WHERE transport_id = ? AND lease_token = ?`,
    // A free lane is not due before the end of a block.
    block: `
      UPDATE ${lane} SET blocked_until = max(blocked_until, ?), consecutive_failures = ?,
        due_at = CASE WHEN holder IS NULL THEN max(due_at, ?) ELSE due_at END
      WHERE transport_id = ?`,
    suspend: `
      UPDATE ${lane} SET suspended = true, due_at = CASE WHEN holder IS NOT NULL THEN due_at END WHERE transport_id = ?`,
    failingSince: `UPDATE ${transport} SET failing_since = ?, failing_warned = 0 WHERE id = ?`,
    failingWarned: `UPDATE ${transport} SET failing_warned = ? WHERE id = ?`,
    isDisabled: `SELECT 1 FROM ${transport} WHERE id = ? AND state = 'DISABLED'`,
    actionOf: `SELECT action FROM ${event} WHERE id = ?`,
    hasEvent: `SELECT 1 FROM ${event} WHERE tenant_uid = ? AND event_uid = ?`,
    report: `
      ${insertNotificationEvents(event)}
      SELECT e.* FROM (SELECT ${EVENT_COLUMNS.map((column) => `@${column} AS ${column}`).join(', ')}) e
      WHERE ${isSubscribed(database.table('webhook_webhook'), 'e')} ${IGNORE_KNOWN_EVENTS}`,
    disable: `
      UPDATE ${transport} SET state = 'DISABLED', disabled_reason = ?, version = version + 1, last_modified_at = ?,
        disabled_at = ?
      WHERE id = ? AND state <> 'DISABLED'`,
    // Runs before `disable`, which changes the state.
    auditDisable: `
      ${insertAudit((name) => database.table(name))} ${selectAutomaticDisable(
        'sqlite',
        `${transport} WHERE id = @transportId AND state <> 'DISABLED'`,
        { state: 'state', reason: '@reason', now: '@now' },
      )}`,
  };
}
