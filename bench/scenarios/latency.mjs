// The time from the host's commit to the receiver, without other load: with the worker in the same process, in another one, and
// in a fleet of three processes, any of which may hold the lane.
import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { dataOf } from '../body.mjs';
import { addTransports, quantile, startHost } from '../host.mjs';

export const title = 'latency of a lone event';

const POLL_MS = 250;

export async function run({ databaseUrl, database, size }) {
  const arrived = new Map();
  const receiver = createServer((request, response) => {
    arrived.get(request.headers['webhook-id'])?.(performance.now());
    request.resume();
    response.writeHead(204).end();
  });
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${receiver.address().port}/`;

  const sample = async (host, count, name) => {
    const times = [];
    for (let index = 0; index < count; index += 1) {
      const eventUid = `${name}-${index}`;
      const arrival = new Promise((resolve) => arrived.set(eventUid, resolve));
      await host.dataSource.transaction((manager) =>
        host.emitter.emit('ORDER_SETTLED', dataOf(index), { tenantUid: 't0', manager, eventUid }),
      );
      const committedAt = performance.now();
      times.push((await arrival) - committedAt);
      await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 60));
    }
    return times;
  };

  let host = await startHost(databaseUrl, { pollMs: POLL_MS });
  await addTransports(host, { count: 1, tenants: 1, urls: [url] });
  await sample(host, 20, 'warm-up');
  const same = await sample(host, Math.ceil(300 * size), 'same');
  await host.close();

  host = await startHost(databaseUrl, { worker: false });
  let workers = [await startWorker(databaseUrl)];
  await sample(host, 20, 'warm-up-other');
  const other = await sample(host, Math.ceil(200 * size), 'other');
  await host.close();

  host = await startHost(databaseUrl, { pollMs: POLL_MS });
  workers = [...workers, await startWorker(databaseUrl)];
  await sample(host, 20, 'warm-up-fleet');
  const fleet = await sample(host, Math.ceil(200 * size), 'fleet');
  await Promise.all(workers.map(stopWorker));
  await host.close();
  await new Promise((resolve) => receiver.close(resolve));

  // SQLite has no wake-ups between processes.
  const isPostgres = database === 'postgres';
  const bound = (atMost) => (isPostgres ? { atMost } : {});
  const unlessPolled = (atMost) => ({ atMost: isPostgres ? atMost : POLL_MS + 20 });
  return [
    { measure: 'commit to receiver, p50', value: quantile(same, 0.5), unit: 'ms', ...bound(5) },
    { measure: 'commit to receiver, p99', value: quantile(same, 0.99), unit: 'ms', ...bound(20) },
    {
      measure: 'commit to receiver from another process, p50',
      value: quantile(other, 0.5),
      unit: 'ms',
      ...unlessPolled(10),
    },
    {
      measure: 'commit to receiver from another process, p95',
      value: quantile(other, 0.95),
      unit: 'ms',
      ...unlessPolled(30),
    },
    {
      measure: 'commit to receiver in a fleet of three, p95',
      value: quantile(fleet, 0.95),
      unit: 'ms',
      ...unlessPolled(20),
    },
  ];
}

async function startWorker(databaseUrl) {
  const worker = fork(fileURLToPath(import.meta.url), [databaseUrl]);
  await new Promise((resolve) => worker.once('message', resolve));
  return worker;
}

async function stopWorker(worker) {
  worker.kill('SIGTERM');
  await new Promise((resolve) => worker.once('exit', resolve));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const host = await startHost(process.argv[2], { pollMs: POLL_MS });
  process.once('SIGTERM', () => void host.close().then(() => process.exit(0)));
  process.send('ready');
}
