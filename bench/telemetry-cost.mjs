// One run of telemetry-overhead.mjs, in a process of its own: registers an SDK if the mode has one, and measures deliveries.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { startSdk } from './telemetry-sdk.mjs';

const WARM_UP = 2_000;

/** @param root a built clone of the repository, which is measured */
export async function run({ root, mode, databaseUrl, sinkUrls, events }) {
  const stopSdk = startSdk(root, mode);
  const { addTransports, drained, emit, startHost } = await import(
    pathToFileURL(path.join(root, 'bench/host.mjs'))
  );
  const { databaseMeter } = await import(pathToFileURL(path.join(root, 'bench/database-costs.mjs')));
  const host = await startHost(databaseUrl);
  await addTransports(host, { count: 8, tenants: 8, urls: sinkUrls });
  const live = async (count) => {
    for (let index = 0; index < count; index += 1) await emit(host, { count: 1, tenants: 8, chunk: 1 });
    await drained(host, 'outbox', 'queue');
  };
  const backlog = async (count) => {
    host.worker.setDeliveryEnabled(false);
    await emit(host, { count, tenants: 8 });
    await drained(host, 'outbox');
    host.worker.setDeliveryEnabled(true);
    await drained(host, 'queue');
  };
  await backlog(WARM_UP);
  await live(WARM_UP);
  const costs = {};
  for (const [kind, work] of Object.entries({ live, backlog })) {
    const database = await databaseMeter(host);
    await database();
    const cpu = process.cpuUsage();
    await work(events);
    const { user, system } = process.cpuUsage(cpu);
    const { cpuSeconds = 0 } = (await database()) ?? {};
    costs[kind] = (user + system + cpuSeconds * 1e6) / events;
    costs[`${kind}Database`] = (cpuSeconds * 1e6) / events;
  }
  await host.close();
  await stopSdk();
  return costs;
}
