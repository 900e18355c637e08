// Receivers as they are: 50 ms away, where slots and latency decide; and behind TLS, where keep-alive does.
import { createServer } from 'node:http';
import { addTransports, drained, emit, startHost, timed } from '../host.mjs';

export const title = 'a receiver that answers after 50 ms';

const ANSWER_AFTER_MS = 50;
const SLOTS = 64;

export async function run({ databaseUrl, size }) {
  const receiver = createServer((request, response) => {
    request.resume();
    setTimeout(() => response.writeHead(204).end(), ANSWER_AFTER_MS);
  });
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${receiver.address().port}/`;
  const host = await startHost(databaseUrl, { concurrency: SLOTS });
  // More tenants than slots: none is kept from the last quarter.
  await addTransports(host, { count: 128, tenants: 128, url });
  await emit(host, { count: 2_000, tenants: 128, chunk: 10 });
  await drained(host, 'outbox', 'queue');
  const count = Math.ceil(10_000 * size);
  const seconds = await timed(async () => {
    await emit(host, { count, tenants: 128, chunk: 10 });
    await drained(host, 'outbox', 'queue');
  });
  await host.close();
  await new Promise((resolve) => receiver.close(resolve));
  const possible = (SLOTS / ANSWER_AFTER_MS) * 1_000;
  return [
    {
      measure: `${ANSWER_AFTER_MS} ms receiver, x what ${SLOTS} slots allow`,
      value: count / seconds / possible,
      unit: 'x',
      atLeast: 0.8,
      note: `${Math.round(count / seconds)}/s of ${possible}/s, emitting and fan-out included`,
    },
  ];
}
