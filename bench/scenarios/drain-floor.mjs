// The rate of a simple loop that reads a fanned-out backlog, signs, sends and logs, without leases, tenants, deadlines, retries
// and the egress guard. Its difference to the bare pool is the cost of the database and of the signatures. Its difference to the
// module is the cost of the module itself.
import { createHmac } from 'node:crypto';
import { Pool } from 'undici';
import { openFloorStore } from '../floor-store.mjs';
import { addTransports, drained, emit, startHost, timed } from '../host.mjs';

export const title = 'drain without a module around it';

const CONNECTIONS = 64;
/** Number of rows that are kept ready. If there are fewer, the next ones are read. */
const READ_AHEAD = 1_000;
const KEY = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');

export async function run({ databaseUrl, sinkUrls, barePerSecond, size }) {
  const host = await startHost(databaseUrl);
  await addTransports(host, { count: 8, tenants: 8, urls: sinkUrls });
  host.worker.setDeliveryEnabled(false);
  const count = Math.ceil(100_000 * size);
  await emit(host, { count, tenants: 8 });
  await drained(host, 'outbox');
  const transports = await host.dataSource.query('SELECT id FROM webhook_http_transport');
  await host.close();

  const store = await openFloorStore(databaseUrl);
  const lanes = transports.map(({ id }) => ({ id, dueAt: -1, deliveryId: -1 }));
  const seconds = await timed(() => drain(store, lanes, new URL(sinkUrls[0])));
  await store.close();
  const note = `${Math.round(count / seconds)}/s`;
  return [
    {
      measure: 'drain without a module, x bare pool',
      value: count / seconds / barePerSecond,
      unit: 'x',
      note,
    },
  ];
}

async function drain(store, lanes, { origin, pathname }) {
  const pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1 });
  const recorder = new Recorder(store);
  const rows = readAhead(store, lanes);
  const sender = async () => {
    for (let row = await rows.next(); row; row = await rows.next()) {
      recorder.add(await send(pool, pathname, row));
      if (recorder.isFull) await recorder.nextWritten();
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, sender));
  await recorder.finish();
  await pool.close();
}

/** Reads rows of all lanes in turn. While a read is under way, the rows that are ready are sent. */
function readAhead(store, lanes) {
  let ready = [];
  let at = 0;
  let reading;
  const read = async () => {
    const lane = lanes.shift();
    const found = await store.read(lane);
    ready = ready.slice(at).concat(found);
    at = 0;
    reading = undefined;
    if (found.length === 0) return;
    lanes.push({ id: lane.id, dueAt: found.at(-1).due_at, deliveryId: found.at(-1).delivery_id });
  };
  const next = async () => {
    while (at === ready.length && (reading || lanes.length > 0)) await (reading ??= read());
    if (ready.length - at < READ_AHEAD && lanes.length > 0) reading ??= read();
    return ready[at++];
  };
  return { next };
}

async function send(pool, path, row) {
  const startedAt = Date.now();
  const sentAt = performance.now();
  const timestamp = Math.floor(startedAt / 1_000);
  const hmac = createHmac('sha256', KEY).update(`${row.event_uid}.${timestamp}.`).update(row.body);
  const response = await pool.request({
    method: 'POST',
    path,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'bench',
      'webhook-id': row.event_uid,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': `v1,${hmac.digest('base64')}`,
      'x-webhook-action': row.action,
      'x-webhook-attempt': '1',
      'x-webhook-delivery': String(row.delivery_id),
      'x-webhook-sequence': String(row.event_id),
    },
    body: row.body,
  });
  await response.body.dump();
  return {
    row,
    startedAt,
    durationMs: Math.round(performance.now() - sentAt),
    statusCode: response.statusCode,
    headers: JSON.stringify(response.headers),
  };
}

/** Writes full groups of outcomes, two at a time, as the module does. */
class Recorder {
  #waiting = [];
  #writing = new Set();

  constructor(store) {
    this.store = store;
  }

  get isFull() {
    return this.#waiting.length >= CONNECTIONS && this.#writing.size >= 2;
  }

  add(outcome) {
    this.#waiting.push(outcome);
    if (this.#waiting.length >= CONNECTIONS && this.#writing.size < 2) this.#write();
  }

  nextWritten() {
    return Promise.race(this.#writing);
  }

  async finish() {
    if (this.#waiting.length > 0) this.#write();
    while (this.#writing.size > 0) await Promise.all(this.#writing);
  }

  #write() {
    const group = this.#waiting;
    this.#waiting = [];
    const writing = this.store.record(group).then(() => {
      this.#writing.delete(writing);
      if (this.#waiting.length >= CONNECTIONS) this.#write();
    });
    this.#writing.add(writing);
  }
}
