// One run of telemetry-overhead.mjs, in a process of its own: registers an SDK if the mode has one, and measures deliveries.
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** Share of the traces that are sampled; undefined: no spans. */
const SAMPLED = { sampled: 0.1, full: 1 };
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

/**
 * The SDK of the clone that is measured, with exporters that discard everything.
 *
 * @returns ends it
 */
function startSdk(root, mode) {
  const nothing = async () => undefined;
  if (['before', 'none'].includes(mode)) return nothing;
  const require = createRequire(path.join(root, 'package.json'));
  const { context, metrics, trace } = require('@opentelemetry/api');
  const startContext = () => {
    const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  };
  if (mode === 'context') {
    startContext();
    return nothing;
  }
  const { MeterProvider, PeriodicExportingMetricReader } = require('@opentelemetry/sdk-metrics');
  const discard = {
    export: (_batch, done) => done({ code: 0 }),
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  };
  const meters = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter: discard, exportIntervalMillis: 10_000 })],
  });
  metrics.setGlobalMeterProvider(meters);
  if (mode === 'metrics') return () => meters.shutdown();
  const sdk = require('@opentelemetry/sdk-trace-base');
  const tracers = new sdk.BasicTracerProvider({
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(SAMPLED[mode]) }),
    spanProcessors: [new sdk.BatchSpanProcessor(discard, { maxQueueSize: 65_536 })],
  });
  startContext();
  trace.setGlobalTracerProvider(tracers);
  return async () => {
    await tracers.shutdown();
    await meters.shutdown();
  };
}
