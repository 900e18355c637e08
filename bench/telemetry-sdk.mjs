// The OpenTelemetry SDKs that the benchmarks of telemetry register.
import { createRequire } from 'node:module';
import path from 'node:path';

/** Share of the traces that are sampled; undefined: no spans. */
const SAMPLED = { sampled: 0.1, full: 1 };

/**
 * Registers the SDK of a clone of the repository, with exporters that discard everything.
 *
 * @param root the clone
 * @param mode before, none, context, metrics, sampled or full: see telemetry-overhead.mjs
 *
 * @returns a function that shuts the SDK down
 */
export function startSdk(root, mode) {
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
