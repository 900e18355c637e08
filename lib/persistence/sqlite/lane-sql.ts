import { maySend } from '../sql/stop-setting.js';
import { waitsBehind } from '../sql/queue-sql.js';
import { STORED_TRANSPORT_COLUMNS } from '../sql/stored-transport-row.js';
import type { SqliteDatabase } from './sqlite-database.js';

/** The SQL texts of SqliteLaneStore. */
export function laneTexts(database: Pick<SqliteDatabase, 'table'>) {
  const lane = database.table('webhook_lane');
  const queue = database.table('webhook_queue');
  const transport = database.table('webhook_http_transport');
  return {
    maySend: `SELECT 1 WHERE ${maySend(database, '?')}`,
    // The inner query reads its index from the cursor and ends at its limit, however many lanes are due.
    due: `
      SELECT l.transport_id, l.due_at, t.tenant_uid, t.origin, t.encrypted_with
      FROM (
        SELECT transport_id, due_at FROM ${lane} WHERE due_at <= ? AND (due_at, transport_id) > (?, ?)
        ORDER BY due_at, transport_id LIMIT ?
      ) l CROSS JOIN ${transport} t ON t.id = l.transport_id
      ORDER BY l.due_at, l.transport_id`,
    isDue: `SELECT 1 FROM ${lane} WHERE transport_id = ? AND due_at <= ?`,
    laneOf: `
      SELECT l.*, ${STORED_TRANSPORT_COLUMNS} FROM ${lane} l JOIN ${transport} t ON t.id = l.transport_id
      WHERE l.transport_id = ?`,
    claim: `
      UPDATE ${lane} SET holder = ?, lease_token = ?, lease_until = ?, due_at = ?, crashes = ? WHERE transport_id = ?`,
    note: `
      UPDATE ${queue} SET noted_token = ? WHERE transport_id = ? AND due_at = ? AND delivery_id = ? AND attempts = ?`,
    head: `
      SELECT version, requests_version, (
        SELECT due_at FROM ${queue} q WHERE q.transport_id = l.transport_id AND q.due_at > ?
        ORDER BY q.transport_id, q.due_at, q.delivery_id LIMIT 1) AS next_due_at
      FROM ${lane} l WHERE transport_id = ?`,
    rows: `
      SELECT q.due_at, q.delivery_id, q.event_id, q.attempts, q.ordering_key, q.lost_attempts, q.noted_token, q.requested,
             q.ordering_key IS NOT NULL AND ${waitsBehind(queue, 'q')} AS behind
      FROM ${queue} q
      WHERE q.transport_id = ? AND q.due_at <= ? AND (q.due_at, q.delivery_id) > (?, ?)
      ORDER BY q.transport_id, q.due_at, q.delivery_id LIMIT ?`,
    check: `
      SELECT l.transport_id, l.lease_token, l.holder IS NOT NULL AS is_held, l.version, l.requests_version,
        t.version AS transport_version
      FROM ${lane} l JOIN ${transport} t ON t.id = l.transport_id WHERE l.transport_id = ?`,
    renew: `
      UPDATE ${lane} SET consecutive_failures = ?, rate_used = ?, rate_used_until = ?, scan_from = ?,
        lease_until = ?, due_at = ?
      WHERE transport_id = ? AND lease_token = ? AND holder IS NOT NULL`,
    release: `
      UPDATE ${lane} SET holder = NULL, lease_until = 0, crashes = 0,
        consecutive_failures = ?, rate_used = ?, rate_used_until = ?, scan_from = ?,
        due_at = CASE WHEN NOT suspended THEN max(?, blocked_until) END
      WHERE transport_id = ? AND lease_token = ? AND holder IS NOT NULL AND version = coalesce(?, version)`,
    forgive: `UPDATE ${lane} SET crashes = 0 WHERE transport_id = ?`,
    transport: `SELECT ${STORED_TRANSPORT_COLUMNS} FROM ${transport} t WHERE t.id = ?`,
  };
}
