import { isEnvironment } from '../environment-setting.js';
import { STORED_TRANSPORT_COLUMNS } from '../stored-transport-row.js';
import type { SqliteDatabase } from './sqlite-database.js';

/** Lanes looked at for another process, each second: the cost must not grow with those that wait for a later time. */
export const MOST_LOOKED_AT = 200;

/** The texts of SqliteLaneStore. */
export function laneTexts(database: Pick<SqliteDatabase, 'table'>) {
  const lane = database.table('webhook_lane');
  const queue = database.table('webhook_queue');
  const transport = database.table('webhook_http_transport');
  const process = database.table('webhook_process');
  return {
    isOurs: `SELECT 1 WHERE ${isEnvironment(database, '?')}`,
    due: `
      SELECT l.transport_id FROM ${lane} l
      WHERE l.due_at <= ? AND l.tenant_uid NOT IN (SELECT value FROM json_each(?)) ORDER BY l.due_at LIMIT ?`,
    dueThese: `
      SELECT l.transport_id FROM ${lane} l
      WHERE l.transport_id IN (SELECT value FROM json_each(?)) AND l.due_at <= ? LIMIT ?`,
    laneOf: `
      SELECT l.*, ${STORED_TRANSPORT_COLUMNS} FROM ${lane} l JOIN ${transport} t ON t.id = l.transport_id
      WHERE l.transport_id = ?`,
    isWaiting: `SELECT 1 FROM ${lane} WHERE due_at <= ? LIMIT 1`,
    others: `
      SELECT count(*) AS seen, coalesce(sum(holder <> ?), 0) AS held
      FROM (SELECT holder FROM ${lane} WHERE due_at > ? ORDER BY due_at LIMIT ${MOST_LOOKED_AT})`,
    announceIdle: `
      INSERT INTO ${process} (holder, idle_at) VALUES (?, ?)
      ON CONFLICT (holder) DO UPDATE SET idle_at = excluded.idle_at`,
    isOtherIdle: `SELECT 1 FROM ${process} WHERE holder <> ? AND idle_at > ? LIMIT 1`,
    forgetIdle: `DELETE FROM ${process} WHERE idle_at < ?`,
    note: `
      UPDATE ${queue} SET lost_attempts = lost_attempts + ?
      WHERE transport_id = ? AND due_at = ? AND delivery_id = ? AND attempts = ?`,
    take: `
      UPDATE ${lane} SET holder = ?, lease_token = ?, lease_until = ?, due_at = ?, crashes = ? WHERE transport_id = ?`,
    head: `
      SELECT version, (
        SELECT due_at FROM ${queue} q WHERE q.transport_id = l.transport_id AND q.due_at > ?
        ORDER BY q.transport_id, q.due_at, q.delivery_id LIMIT 1) AS next_due_at
      FROM ${lane} l WHERE transport_id = ?`,
    rows: `
      SELECT q.due_at, q.delivery_id, q.event_id, q.attempts, q.ordering_key, q.lost_attempts,
             q.ordering_key IS NOT NULL AND EXISTS (
               SELECT 1 FROM ${queue} p WHERE p.transport_id = q.transport_id
                 AND p.ordering_key = q.ordering_key AND p.event_id < q.event_id) AS behind
      FROM ${queue} q
      WHERE q.transport_id = ? AND q.due_at <= ? AND (q.due_at, q.delivery_id) > (?, ?)
      ORDER BY q.transport_id, q.due_at, q.delivery_id LIMIT ?`,
    check: `
      SELECT l.transport_id, l.lease_token, l.version, t.version AS transport_version
      FROM ${lane} l JOIN ${transport} t ON t.id = l.transport_id WHERE l.transport_id = ?`,
    renew: `
      UPDATE ${lane} SET lease_until = ?, due_at = ?, consecutive_failures = ?, rate_used = ?, rate_used_until = ?, ended = ?
      WHERE transport_id = ? AND lease_token = ? AND holder IS NOT NULL`,
    release: `
      UPDATE ${lane} SET holder = NULL, lease_until = 0, crashes = 0,
        consecutive_failures = ?, rate_used = ?, rate_used_until = ?, ended = iif(?, queued, ?),
        due_at = max(?, blocked_until)
      WHERE transport_id = ? AND lease_token = ? AND holder IS NOT NULL AND version = coalesce(?, version)`,
    transport: `SELECT ${STORED_TRANSPORT_COLUMNS} FROM ${transport} t WHERE t.id = ?`,
  };
}
