// The rate with realistic receivers, which respond after 50 ms, with and without TLS. Slots, latency and keep-alive limit it.
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { TLS } from '../tls.mjs';
import { addTransports, drained, emit, startHost, timed } from '../host.mjs';

export const title = 'receivers that respond after 50 ms';

const RESPONDS_AFTER_MS = 50;
const SLOTS = 64;
/** There are more tenants than slots, each with its own receiver, so that the reserve is used too. */
const TENANTS = 128;

export async function run({ databaseUrl, size }) {
  const host = await startHost(databaseUrl, { concurrency: SLOTS });
  const results = [];
  for (const scheme of ['http', 'https']) {
    const receiver = await startReceiver(scheme);
    // Each scheme has tenants of its own.
    await addTransports(host, { count: TENANTS, tenants: TENANTS, urls: receiver.urls, prefix: scheme });
    results.push(await measure(host, receiver, { scheme, count: Math.ceil(10_000 * size) }));
    await receiver.close();
  }
  await host.close();
  return results;
}

async function measure(host, receiver, { scheme, count }) {
  const events = { tenants: TENANTS, chunk: 10, prefix: scheme };
  await emit(host, { count: 2_000, ...events });
  await drained(host, 'outbox', 'queue');
  const seconds = await timed(async () => {
    await emit(host, { count, ...events });
    await drained(host, 'outbox', 'queue');
  });
  const possible = (SLOTS / RESPONDS_AFTER_MS) * 1_000;
  return {
    measure: `${RESPONDS_AFTER_MS} ms ${scheme} receiver, x what ${SLOTS} slots allow`,
    value: count / seconds / possible,
    unit: 'x',
    atLeast: 0.8,
    note: `${Math.round(count / seconds)}/s of ${possible}/s with fan-out, ${receiver.connections()} connections`,
  };
}

async function startReceiver(scheme) {
  const create = scheme === 'https' ? (handler) => createTlsServer(TLS.server(), handler) : createServer;
  let connections = 0;
  const listen = async () => {
    const server = create((request, response) => {
      request.resume();
      setTimeout(() => response.writeHead(204).end(), RESPONDS_AFTER_MS);
    }).on('connection', () => (connections += 1));
    await new Promise((resolve) => server.listen(0, TLS.host, resolve));
    return server;
  };
  const servers = await Promise.all(Array.from({ length: TENANTS }, listen));
  const close = (server) => new Promise((resolve) => server.close(resolve));
  return {
    urls: servers.map((server) => `${scheme}://${TLS.host}:${server.address().port}/`),
    connections: () => connections,
    close: () => Promise.all(servers.map(close)),
  };
}
