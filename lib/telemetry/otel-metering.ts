import type { BatchObservableResult, Counter, Histogram, Meter, Observable } from '@opentelemetry/api';
import type {
  AttemptFacts,
  AttemptResultFacts,
  EmitFacts,
  FanOutFacts,
  GaugeReadings,
  Metering,
} from './facts.js';
import { GAUGES, METRICS } from './metrics.js';
import { SCOPE, type OpenTelemetryApi } from './open-telemetry-api.js';
import { countedAttributes, errorTypeOf, SYSTEM, type Attributes } from './otel-attributes.js';
import { TransportLabels } from './transport-labels.js';

const STATUSES: readonly GaugeReadings['status'][] = ['ok', 'degraded', 'down'];

/** Metrics of emits, fan-out, attempts and the queue. */
export class OtelMetering implements Metering {
  readonly #meter: Meter;
  readonly #sent: Counter;
  readonly #emitDuration: Histogram;
  readonly #fanOutDuration: Histogram;
  readonly #fanOutLag: Histogram;
  readonly #planned: Counter;
  readonly #attempts: Counter;
  readonly #attemptDuration: Histogram;
  readonly #deliveryDuration: Histogram;
  readonly #labels: TransportLabels;

  /** @param maxTransports see `TransportLabels` */
  constructor(api: OpenTelemetryApi, maxTransports: number) {
    const meter = api.metrics.getMeter(SCOPE);
    const counter = (key: keyof typeof METRICS): Counter =>
      meter.createCounter(METRICS[key].name, METRICS[key]);
    const histogram = (key: keyof typeof METRICS): Histogram =>
      meter.createHistogram(METRICS[key].name, METRICS[key]);
    this.#meter = meter;
    this.#sent = counter('sent');
    this.#emitDuration = histogram('emitDuration');
    this.#fanOutDuration = histogram('fanOutDuration');
    this.#fanOutLag = histogram('fanOutLag');
    this.#planned = counter('planned');
    this.#attempts = counter('attempts');
    this.#attemptDuration = histogram('attemptDuration');
    this.#deliveryDuration = histogram('deliveryDuration');
    this.#labels = new TransportLabels(maxTransports);
  }

  emitted(events: readonly EmitFacts[], durationMs: number, error: unknown): void {
    const failure = failureOf(error);
    const common = { 'messaging.system': SYSTEM, 'messaging.operation.name': 'emit', ...failure };
    // One call for each action and not for each event, because the SDK hashes the attributes with each call.
    for (const [action, count] of countByAction(events))
      this.#sent.add(count, { ...common, 'messaging.destination.name': action });
    this.#emitDuration.record(durationMs / 1_000, { ...common, 'messaging.operation.type': 'send' });
  }

  fannedOut(facts: FanOutFacts, durationMs: number, nowMs: number, error: unknown): void {
    this.#fanOutDuration.record(durationMs / 1_000, failureOf(error));
    if (error !== undefined) return;
    const { deliveries, missed, known } = facts;
    if (deliveries > missed) this.#planned.add(deliveries - missed, { 'tillhook.outcome': 'queued' });
    if (missed > 0) this.#planned.add(missed, { 'tillhook.outcome': 'missed' });
    for (const { emittedAt } of known) this.#fanOutLag.record(Math.max(0, nowMs - emittedAt) / 1_000);
  }

  attempted(facts: AttemptFacts, result: AttemptResultFacts): void {
    const transport = this.#labels.of(facts);
    this.#attempts.add(1, { ...countedAttributes(result), ...transport });
    if (result.outcome === 'aborted') return;
    this.#attemptDuration.record(result.durationMs / 1_000, {
      'tillhook.outcome': result.outcome,
      ...transport,
    });
    if (result.sinceEmitMs !== undefined)
      this.#deliveryDuration.record(Math.max(0, result.sinceEmitMs) / 1_000, transport);
  }

  observe(read: () => Promise<GaugeReadings>): () => void {
    const gauge = (key: keyof typeof GAUGES): Observable =>
      this.#meter.createObservableGauge(GAUGES[key].name, GAUGES[key]);
    const gauges = {
      queuePending: gauge('queuePending'),
      queueDepth: gauge('queueDepth'),
      oldestDueAge: gauge('oldestDueAge'),
      unclaimedAge: gauge('unclaimedAge'),
      outboxDepth: gauge('outboxDepth'),
      oldestEventAge: gauge('oldestEventAge'),
      requestsInFlight: gauge('requestsInFlight'),
      lanesHeld: gauge('lanesHeld'),
    };
    const health = gauge('health');
    const failing = gauge('failing');
    const observe = async (result: BatchObservableResult): Promise<void> => {
      const readings = await read();
      for (const [key, instrument] of Object.entries(gauges)) {
        const value = readings[key as keyof typeof gauges];
        if (value !== undefined) result.observe(instrument, value);
      }
      for (const status of STATUSES)
        result.observe(health, Number(status === readings.status), { 'tillhook.health.status': status });
      for (const [stage, seconds] of Object.entries(readings.failing))
        result.observe(failing, seconds, { 'tillhook.stage': stage });
    };
    const all = [...Object.values(gauges), health, failing];
    this.#meter.addBatchObservableCallback(observe, all);
    return () => this.#meter.removeBatchObservableCallback(observe, all);
  }
}

function countByAction(events: readonly EmitFacts[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { action } of events) counts.set(action, (counts.get(action) ?? 0) + 1);
  return counts;
}

const failureOf = (error: unknown): Attributes =>
  error === undefined ? {} : { 'error.type': errorTypeOf(error) };
