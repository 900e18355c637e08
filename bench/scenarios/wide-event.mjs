// The fan-out of one event to 10,000 transports, and how much it delays the fan-out of other tenants' events.
import { dataOf } from '../body.mjs';
import { addTransports, drained, emit, quantile, startHost, timed } from '../host.mjs';

export const title = 'one event to many transports';

export async function run({ databaseUrl, sinkUrls, size }) {
  const host = await startHost(databaseUrl);
  const wide = Math.ceil(10_000 * size);
  await addTransports(host, { count: wide, tenants: 1, urls: sinkUrls, prefix: 'wide' });
  await addTransports(host, { count: 20, tenants: 20, urls: sinkUrls, prefix: 't' });
  host.worker.setDeliveryEnabled(false);
  await emit(host, { count: 20, tenants: 20, chunk: 1 });
  await drained(host, 'outbox');

  const fanOutOf = (prefix) =>
    timed(async () => {
      // Emitted without a manager, because on SQLite the host's connection cannot run two transactions at once.
      await host.emitter.emit('ORDER_SETTLED', dataOf(0), { tenantUid: `${prefix}0` });
      await drainedFor(host, prefix);
    });
  const alone = [];
  for (let index = 0; index < 20; index += 1) alone.push(await fanOutOf('t'));
  const progress = { isDone: false };
  const wideFanOut = fanOutOf('wide').finally(() => (progress.isDone = true));
  const meanwhile = [];
  while (!progress.isDone) meanwhile.push(await fanOutOf('t'));
  const seconds = await wideFanOut;
  await host.close();
  const p95 = (values) => quantile(values, 0.95) * 1_000;
  return [
    { measure: `fan-out of one event to ${wide} transports`, value: seconds, unit: 's', atMost: 2 },
    {
      measure: "fan-out of another tenant's event meanwhile, p95",
      value: p95(meanwhile),
      unit: 'ms',
      atMost: Math.max(500, 1.5 * p95(alone)),
      note: `alone: ${p95(alone).toFixed(0)} ms`,
    },
  ];
}

async function drainedFor({ dataSource }, prefix) {
  // SQLite returns results synchronously, so without this turn of the event loop no timer would fire.
  await new Promise((resolve) => setImmediate(resolve));
  while (
    (await dataSource.query(`SELECT 1 FROM webhook_outbox WHERE tenant_uid = '${prefix}0' LIMIT 1`)).length >
    0
  ) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
