import { context, metrics, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type DataPoint,
  type Histogram,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';

/** A data point of a metric. */
export type Point = DataPoint<number> | DataPoint<Histogram>;

/**
 * An OpenTelemetry SDK that keeps everything in memory. It is registered for the whole process, so `stop()` must be called:
 * other spec files may follow in the same process. Start it before the host, as an application does.
 */
export class TestSdk {
  readonly #spans = new InMemorySpanExporter();
  readonly #metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  readonly #tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(this.#spans)] });
  readonly #reader = new PeriodicExportingMetricReader({
    exporter: this.#metrics,
    // Metrics are collected by `collect` alone.
    exportIntervalMillis: 3_600_000,
  });
  readonly #meters = new MeterProvider({ readers: [this.#reader] });

  static start(): TestSdk {
    const sdk = new TestSdk();
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.setGlobalTracerProvider(sdk.#tracers);
    metrics.setGlobalMeterProvider(sdk.#meters);
    return sdk;
  }

  /** The ended spans of the module and of the test. */
  get spans(): ReadableSpan[] {
    return this.#spans.getFinishedSpans();
  }

  /** The ended spans whose name begins with this prefix. */
  named(prefix: string): ReadableSpan[] {
    return this.spans.filter(({ name }) => name.startsWith(prefix));
  }

  reset(): void {
    this.#spans.reset();
  }

  /** Collects the metrics, and returns the data points of each by its name. */
  async collect(): Promise<Map<string, Point[]>> {
    this.#metrics.reset();
    await this.#reader.forceFlush();
    const points = new Map<string, Point[]>();
    for (const { scopeMetrics } of this.#metrics.getMetrics())
      for (const { metrics: ofScope } of scopeMetrics)
        for (const { descriptor, dataPoints } of ofScope) points.set(descriptor.name, dataPoints as Point[]);
    return points;
  }

  async stop(): Promise<void> {
    await this.#tracers.shutdown();
    await this.#meters.shutdown();
    for (const api of [trace, metrics, context, propagation]) api.disable();
  }
}
