// The least that any sender with a signature and a log would do for a fanned-out backlog, in one straight loop: rows and bodies
// are read together, signed, sent through the bare pool, recorded in groups. No leases, no isolation, no deadlines, no
// egress guard, no retries. What a drain loses against the bare pool up to here, it loses to the database and the signature.
import { createHmac } from 'node:crypto';
import pg from 'pg';
import { Pool } from 'undici';
import { addTransports, drained, emit, startHost, timed } from '../host.mjs';

export const title = 'drain without a module around it';

const CONNECTIONS = 64;
const READ = 512;
const KEY = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');

const READ_ROWS = `
  SELECT q.transport_id, q.due_at, q.delivery_id, q.event_id, e.event_uid, e.action, e.body
  FROM (SELECT * FROM webhook_queue WHERE transport_id = $1 AND (due_at, delivery_id) > ($2, $3)
        ORDER BY transport_id, due_at, delivery_id LIMIT ${READ}) q
  CROSS JOIN LATERAL (SELECT event_uid, action, body FROM webhook_event WHERE id = q.event_id LIMIT 1) e
  ORDER BY q.due_at, q.delivery_id`;
const RECORD = `
  WITH input AS MATERIALIZED (
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::int[], $6::int[], $7::text[])
      AS i (transport_id, due_at, delivery_id, started_at, duration_ms, status_code, headers)
  ), found AS MATERIALIZED (
    SELECT q.ctid AS place FROM input i CROSS JOIN LATERAL (
      SELECT ctid FROM webhook_queue WHERE transport_id = i.transport_id AND due_at = i.due_at AND delivery_id = i.delivery_id LIMIT 1
    ) q
  ), removed AS (
    DELETE FROM webhook_queue WHERE ctid = ANY (ARRAY(SELECT place FROM found))
  ), logged AS (
    UPDATE webhook_delivery d SET status = 'DELIVERED', attempts = 1, due_at = NULL, last_status_code = i.status_code,
      finished_at = i.started_at + i.duration_ms
    FROM input i WHERE d.id = i.delivery_id AND d.id = ANY ($3::bigint[])
  )
  INSERT INTO webhook_attempt (delivery_id, number, started_at, duration_ms, response_status_code, response_headers, trigger, orphaned)
  SELECT delivery_id, 1, started_at, duration_ms, status_code, headers, 'SCHEDULE', false FROM input`;

export async function run({ databaseUrl, sinkUrl, barePerSecond, database, size }) {
  if (database !== 'postgres') return [];
  const host = await startHost(databaseUrl);
  await addTransports(host, { count: 8, tenants: 8, url: sinkUrl });
  host.worker.setDeliveryEnabled(false);
  const count = Math.ceil(100_000 * size);
  await emit(host, { count, tenants: 8 });
  await drained(host, 'outbox');
  const ids = (await host.dataSource.query('SELECT id FROM webhook_http_transport')).map(({ id }) => id);
  await host.close();

  const db = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  const seconds = await timed(() => drain(db, ids, sinkUrl));
  const [{ left }] = (await db.query('SELECT count(*)::int AS left FROM webhook_queue')).rows;
  if (left !== 0) throw new Error(`${left} are left.`);
  await db.end();
  const perSecond = count / seconds;
  return [{ measure: 'floor, x bare pool', value: perSecond / barePerSecond, unit: 'x', note: `${Math.round(perSecond)}/s` }];
}

export async function drain(db, ids, sinkUrl) {
  const { origin, pathname } = new URL(sinkUrl);
  const pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1 });
  const ready = [];
  const lanes = ids.map((id) => ({ id, due: -1, last: -1 }));
  let reading;
  let next = 0;
  const read = async () => {
    while (lanes.length > 0 && ready.length < READ * 2) {
      const lane = lanes[next++ % lanes.length];
      const { rows } = await db.query({ name: 'read', text: READ_ROWS, values: [lane.id, lane.due, lane.last] });
      if (rows.length < READ) lanes.splice(lanes.indexOf(lane), 1);
      if (rows.length > 0) ({ due_at: lane.due, delivery_id: lane.last } = rows.at(-1));
      ready.push(...rows);
    }
    reading = undefined;
  };
  let waiting = [];
  const writing = new Set();
  const write = () => {
    const group = waiting;
    waiting = [];
    const column = (name) => `{${group.map((one) => one[name]).join(',')}}`;
    const values = ['transport_id', 'due_at', 'delivery_id', 'startedAt', 'durationMs', 'status'].map(column);
    const done = db.query({ name: 'record', text: RECORD, values: [...values, group.map(({ headers }) => headers)] }).then(() => {
      writing.delete(done);
      if (waiting.length >= CONNECTIONS) write();
    });
    writing.add(done);
  };
  let at = 0;
  const sender = async () => {
    for (;;) {
      if (ready.length - at < READ && lanes.length > 0) {
        if (at > 0) { ready.splice(0, at); at = 0; }
        reading ??= read();
      }
      if (at === ready.length) {
        if (lanes.length === 0 && !reading) return;
        await (reading ??= read());
        continue;
      }
      while (waiting.length >= CONNECTIONS && writing.size >= 2) await Promise.race(writing);
      const row = ready[at++];
      if (row === undefined) { at--; continue; }
      row.startedAt = Date.now();
      const from = performance.now();
      const timestamp = Math.floor(row.startedAt / 1_000);
      const signature = createHmac('sha256', KEY).update(`${row.event_uid}.${timestamp}.`).update(row.body).digest('base64');
      const response = await pool.request({
        method: 'POST',
        path: pathname,
        headers: {
          'content-type': 'application/json', 'user-agent': 'floor', 'webhook-id': row.event_uid, 'webhook-timestamp': `${timestamp}`,
          'webhook-signature': `v1,${signature}`, 'x-webhook-action': row.action, 'x-webhook-attempt': '1',
          'x-webhook-delivery': row.delivery_id, 'x-webhook-sequence': row.event_id,
        },
        body: row.body,
      });
      await response.body.dump();
      row.durationMs = Math.round(performance.now() - from);
      row.status = response.statusCode;
      row.headers = JSON.stringify(response.headers);
      row.body = undefined;
      waiting.push(row);
      if (waiting.length >= CONNECTIONS && writing.size < 2) write();
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, sender));
  while (writing.size > 0) await Promise.all(writing);
  if (waiting.length > 0) write();
  await Promise.all(writing);
  await pool.close();
}
