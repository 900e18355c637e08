// The rate at which one process sends a fanned-out backlog of eight tenants with one transport each.
import { addTransports, drained, emit, startHost, timed } from '../host.mjs';

export const title = 'drain of a fanned-out backlog';

export async function run({ databaseUrl, sinkUrls, barePerSecond, database, size }) {
  const host = await startHost(databaseUrl);
  await addTransports(host, { count: 8, tenants: 8, urls: sinkUrls });
  await emit(host, { count: 4_000, tenants: 8 });
  await drained(host, 'outbox', 'queue');

  const count = Math.ceil(100_000 * size);
  host.worker.setDeliveryEnabled(false);
  await emit(host, { count, tenants: 8 });
  await drained(host, 'outbox');
  host.worker.setDeliveryEnabled(true);
  const seconds = await timed(() => drained(host, 'queue'));
  await host.close();
  return [
    {
      measure: 'drain, x bare pool',
      value: count / seconds / barePerSecond,
      unit: 'x',
      atLeast: database === 'postgres' ? 0.5 : 0.45,
      note: `${Math.round(count / seconds)}/s`,
    },
  ];
}
