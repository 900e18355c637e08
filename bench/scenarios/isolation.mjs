// The latency of twenty tenants at a steady rate, before and while another tenant has a flood of events for receivers that
// accept connections and never respond.
import { createServer } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import { dataOf } from '../body.mjs';
import { addTransports, quantile, startHost } from '../host.mjs';

export const title = 'isolation from a tenant whose receivers hang';

const TENANTS = 20;
const PER_SECOND = 50;
const HANGING_TRANSPORTS = 50;

export async function run({ databaseUrl, size }) {
  const arrived = new Map();
  const receiver = createServer((request, response) => {
    arrived.get(request.headers['webhook-id'])?.();
    request.resume();
    response.writeHead(204).end();
  });
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const sockets = new Set();
  const silent = createSocketServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.resume();
  });
  await new Promise((resolve) => silent.listen(0, '127.0.0.1', resolve));

  const host = await startHost(databaseUrl, { concurrency: 64 });
  await addTransports(host, {
    count: TENANTS,
    tenants: TENANTS,
    urls: [`http://127.0.0.1:${receiver.address().port}/`],
  });
  await addTransports(host, {
    count: HANGING_TRANSPORTS,
    tenants: 1,
    urls: [`http://127.0.0.1:${silent.address().port}/`],
    prefix: 'hanging',
  });

  let number = 0;
  const load = async (seconds) => {
    const times = [];
    const waiting = [];
    const startedAt = performance.now();
    for (let index = 0; index < seconds * PER_SECOND; index += 1) {
      const eventUid = `e-${(number += 1)}`;
      const emittedAt = performance.now();
      waiting.push(
        new Promise((resolve) => arrived.set(eventUid, resolve)).then(() =>
          times.push(performance.now() - emittedAt),
        ),
      );
      await host.emitter.emit('ORDER_SETTLED', dataOf(index), { tenantUid: `t${index % TENANTS}`, eventUid });
      const ahead = startedAt + (index * 1_000) / PER_SECOND - performance.now();
      if (ahead > 0) await new Promise((resolve) => setTimeout(resolve, ahead));
    }
    await Promise.all(waiting);
    return times;
  };
  const seconds = Math.ceil(15 * size);
  await load(2);
  const before = await load(seconds);
  const flood = Array.from({ length: 5_000 }, (_, index) => ({
    action: 'ORDER_SETTLED',
    data: dataOf(index),
  }));
  const flooding = host.emitter.emitMany(flood, { tenantUid: 'hanging0' });
  const during = await load(seconds);
  await flooding;
  const open = sockets.size;
  for (const socket of sockets) socket.destroy();
  await host.close();
  await new Promise((resolve) => receiver.close(resolve));
  await new Promise((resolve) => silent.close(resolve));
  const note = `before: p95 ${quantile(before, 0.95).toFixed(0)} ms, p99 ${quantile(before, 0.99).toFixed(0)} ms`;
  return [
    {
      measure: 'emit to receiver of the 20 tenants, p95',
      value: quantile(during, 0.95),
      unit: 'ms',
      atMost: Math.max(500, 1.5 * quantile(before, 0.95)),
      note,
    },
    { measure: 'the same, p99', value: quantile(during, 0.99), unit: 'ms', atMost: 2_000 },
    { measure: 'connections to the hanging receiver', value: open, unit: '', atMost: 64 },
  ];
}
