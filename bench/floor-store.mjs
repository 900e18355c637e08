// The simplest statements that read a queue and log deliveries, for the scenario drain-floor.
import Sqlite from 'better-sqlite3';
import pg from 'pg';

const READ = 512;

/** @returns functions that read the rows of a lane after a cursor, with their bodies, and record a group of outcomes */
export async function openFloorStore(databaseUrl) {
  return databaseUrl.startsWith('sqlite:') ? openSqlite(databaseUrl) : openPostgres(databaseUrl);
}

const READ_POSTGRES = `
  SELECT q.transport_id, q.due_at, q.delivery_id, q.event_id, e.event_uid, e.action, e.body
  FROM (SELECT * FROM webhook_queue WHERE transport_id = $1 AND (due_at, delivery_id) > ($2, $3)
        ORDER BY transport_id, due_at, delivery_id LIMIT ${READ}) q
  CROSS JOIN LATERAL (SELECT event_uid, action, body FROM webhook_event WHERE id = q.event_id LIMIT 1) e
  ORDER BY q.due_at, q.delivery_id`;

// Finds rows by key in subqueries, as the module does: with statistics of an empty queue, the planner would scan the table.
const RECORD_POSTGRES = `
  WITH input AS MATERIALIZED (
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::int[], $6::int[], $7::text[])
      AS i (transport_id, due_at, delivery_id, started_at, duration_ms, status_code, headers)
  ), found AS MATERIALIZED (
    SELECT i.*, q.* FROM input i CROSS JOIN LATERAL (
      SELECT ctid AS place, event_id, webhook_id, created_at, tenant_id FROM webhook_queue
      WHERE transport_id = i.transport_id AND due_at = i.due_at AND delivery_id = i.delivery_id LIMIT 1
    ) q
  ), removed AS (
    DELETE FROM webhook_queue WHERE ctid = ANY (ARRAY(SELECT place FROM found))
  )
  INSERT INTO webhook_delivery (id, event_id, transport_id, webhook_id, created_at, finished_at, tenant_id, attempts,
    duration_ms, response_status_code, status, response_headers)
  SELECT delivery_id, event_id, transport_id, webhook_id, created_at, started_at + duration_ms, tenant_id, 1, duration_ms,
    status_code, 'DELIVERED', headers FROM found`;

async function openPostgres(connectionString) {
  const pool = new pg.Pool({ connectionString, max: 4 });
  // The server may be stopped before the pool has closed its last connection.
  pool.on('error', () => undefined);
  pool.on('connect', (client) =>
    client.query('SET enable_seqscan = off; SET enable_bitmapscan = off; SET jit = off'),
  );
  const list = (values) => `{${values.join(',')}}`;
  return {
    read: async ({ id, dueAt, deliveryId }) =>
      (await pool.query({ name: 'read', text: READ_POSTGRES, values: [id, dueAt, deliveryId] })).rows,
    record: (group) =>
      pool.query({
        name: 'record',
        text: RECORD_POSTGRES,
        values: [
          list(group.map(({ row }) => row.transport_id)),
          list(group.map(({ row }) => row.due_at)),
          list(group.map(({ row }) => row.delivery_id)),
          list(group.map(({ startedAt }) => startedAt)),
          list(group.map(({ durationMs }) => durationMs)),
          list(group.map(({ statusCode }) => statusCode)),
          group.map(({ headers }) => headers),
        ],
      }),
    close: () => pool.end(),
  };
}

function openSqlite(url) {
  const database = new Sqlite(url.slice('sqlite:'.length));
  database.pragma('journal_mode = WAL');
  const read = database.prepare(`
    SELECT q.transport_id, q.due_at, q.delivery_id, q.event_id, e.event_uid, e.action, e.body
    FROM webhook_queue q JOIN webhook_event e ON e.id = q.event_id
    WHERE q.transport_id = ? AND (q.due_at, q.delivery_id) > (?, ?) ORDER BY q.due_at, q.delivery_id LIMIT ${READ}`);
  const remove = database.prepare(`
    DELETE FROM webhook_queue WHERE transport_id = ? AND due_at = ? AND delivery_id = ?
    RETURNING event_id, webhook_id, created_at, tenant_id`);
  const log = database.prepare(`
    INSERT INTO webhook_delivery (id, event_id, transport_id, webhook_id, created_at, finished_at, tenant_id, attempts,
      duration_ms, response_status_code, status, response_headers)
    VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, 'DELIVERED', ?)`);
  const record = database.transaction((group) => {
    for (const { row, startedAt, durationMs, statusCode, headers } of group) {
      const { transport_id: transportId, due_at: dueAt, delivery_id: id } = row;
      const queued = remove.get(transportId, dueAt, id);
      log.run(
        id,
        queued.event_id,
        transportId,
        queued.webhook_id,
        queued.created_at,
        startedAt + durationMs,
        queued.tenant_id,
        durationMs,
        statusCode,
        headers,
      );
    }
  });
  return {
    read: async ({ id, dueAt, deliveryId }) => read.all(id, dueAt, deliveryId),
    record: async (group) => record(group),
    close: async () => database.close(),
  };
}
