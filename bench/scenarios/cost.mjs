// Measures the cost and the rate of deliveries, live (one transaction for each event) and from a backlog, with one transport and
// with fifty transports that each get every event.
import { run as sendBare, WARM_UP } from '../contestants/bare-pool.mjs';
import { databaseMeter } from '../database-costs.mjs';
import { addTransports, drained, emit, startHost, timed } from '../host.mjs';

export const title = 'cost of a delivery';

const WIDE = 50;

export async function run({ databaseUrl, sinkUrls, size }) {
  const bare = await costOfBareRequests({ sinkUrls, events: Math.ceil(40_000 * size) });
  const host = await startHost(databaseUrl);
  await addTransports(host, { count: 1, tenants: 1, urls: sinkUrls, prefix: 'one' });
  await addTransports(host, { count: WIDE, tenants: 1, urls: sinkUrls, prefix: 'wide' });
  for (const prefix of ['one', 'wide']) await live(host, prefix, 200);

  const measures = [{ measure: 'bare pool: CPU of the process for a request', value: bare, unit: 'µs' }];
  const cases = [
    { name: 'one transport', prefix: 'one', fanOut: 1, events: Math.ceil(20_000 * size) },
    { name: `${WIDE} transports`, prefix: 'wide', fanOut: WIDE, events: Math.ceil(2_000 * size) },
  ];
  for (const { name, prefix, fanOut, events } of cases) {
    const meter = await meterOf(host);
    const seconds = await timed(() => live(host, prefix, Math.ceil(events / 4)));
    measures.push(...costs(`${name}, live`, Math.ceil(events / 4) * fanOut, seconds, await meter()));
  }
  let single;
  for (const { name, prefix, fanOut, events } of cases) {
    const meter = await meterOf(host);
    host.worker.setDeliveryEnabled(false);
    await emit(host, { count: events, tenants: 1, prefix });
    await drained(host, 'outbox');
    host.worker.setDeliveryEnabled(true);
    const seconds = await timed(() => drained(host, 'queue'));
    measures.push(...costs(`${name}, backlog`, events * fanOut, seconds, await meter()));
    const perSecond = (events * fanOut) / seconds;
    single ??= perSecond;
    if (fanOut > 1)
      measures.push({
        measure: `${name}, backlog, x one transport`,
        value: perSecond / single,
        unit: 'x',
        atLeast: 0.9,
      });
  }
  await host.close();
  return measures;
}

/** The lower limit: the cost of sending alone, without a database, signatures and a log. */
async function costOfBareRequests(job) {
  const cpu = process.cpuUsage();
  const { count } = await sendBare(job);
  const { user, system } = process.cpuUsage(cpu);
  return (user + system) / (count + WARM_UP);
}

/** Emits each event in a transaction of its own, as fast as they commit, and waits until all are delivered. */
async function live(host, prefix, count) {
  for (let index = 0; index < count; index += 1) await emit(host, { count: 1, tenants: 1, prefix, chunk: 1 });
  await drained(host, 'outbox', 'queue');
}

async function meterOf(host) {
  const database = await databaseMeter(host);
  const logBefore = (await database())?.logBytes;
  const cpu = process.cpuUsage();
  return async () => {
    const { user, system } = process.cpuUsage(cpu);
    const ofDatabase = await database();
    return {
      processSeconds: (user + system) / 1e6,
      ...ofDatabase,
      logBytes: ofDatabase && ofDatabase.logBytes - logBefore,
    };
  };
}

function costs(name, deliveries, seconds, { processSeconds, cpuSeconds, walBytes, logBytes }) {
  const each = (value, scale = 1) => (value * scale) / deliveries;
  const rate = { measure: `${name}`, value: deliveries / seconds, unit: '/s' };
  const ofProcess = { measure: `${name}: CPU of the process`, value: each(processSeconds, 1e6), unit: 'µs' };
  if (cpuSeconds === undefined) return [rate, ofProcess];
  return [
    rate,
    ofProcess,
    { measure: `${name}: CPU of the database`, value: each(cpuSeconds, 1e6), unit: 'µs' },
    { measure: `${name}: write-ahead log, with the event`, value: each(walBytes), unit: 'bytes' },
    { measure: `${name}: size of the delivery log`, value: each(logBytes), unit: 'bytes', atMost: 400 },
  ];
}
