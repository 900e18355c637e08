import { describe, expect, it } from '@jest/globals';
import type { AttemptFacts, Metering, Tracing } from '../../../lib/telemetry/facts.js';
import { Telemetry } from '../../../lib/telemetry/telemetry.js';

const broken = (): never => {
  throw new Error('the SDK is broken');
};
const EVENT = { tenantUid: 'shop', eventUid: 'e', action: 'A' };
const FACTS: AttemptFacts = {
  transportId: 1,
  tenantUid: 'shop',
  httpTransportUid: 'erp',
  deliveryUid: 'dlv_1',
  event: undefined,
  attempt: 1,
  url: undefined,
};
const DELIVERED = { outcome: 'delivered', durationMs: 1, responseStatusCode: 200, errorCode: null } as const;

describe('Telemetry', () => {
  it('observes nothing without an SDK and without subscribers', () => {
    const telemetry = new Telemetry();
    expect(telemetry.emitStarted([EVENT])).toBeUndefined();
    expect([telemetry.observesFanOut, telemetry.observesAttempts]).toEqual([false, false]);
  });

  it('keeps errors of an SDK away from emits and attempts, and reports the first one', () => {
    const warnings: string[] = [];
    const tracing: Tracing = { startEmit: broken, startFanOut: broken, startAttempt: broken };
    const metering: Metering = { emitted: broken, fannedOut: broken, attempted: broken, observe: broken };
    const telemetry = new Telemetry(tracing, metering, (message) => warnings.push(message));
    const emit = telemetry.emitStarted([EVENT])!;
    expect(emit.run(() => 'written')).toBe('written');
    emit.end();
    const attempt = telemetry.attemptStarted(FACTS);
    expect(attempt.traceparent).toBeUndefined();
    attempt.end(DELIVERED);
    telemetry.fanOutStarted({ events: 1, deliveries: 1, missed: 0, known: [] }).end(0);
    expect(telemetry.observeGauges(() => Promise.reject(new Error('not read')))).toBeUndefined();
    expect(warnings).toEqual([
      'The OpenTelemetry SDK failed, and telemetry is incomplete: Error: the SDK is broken',
    ]);
  });
});
