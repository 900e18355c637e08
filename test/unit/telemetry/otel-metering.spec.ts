import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as api from '@opentelemetry/api';
import { OtelMetering } from '../../../lib/telemetry/otel-metering.js';
import { TestSdk } from '../../support/opentelemetry.js';

describe('the metrics of fan-out', () => {
  let sdk: TestSdk;
  beforeAll(() => {
    sdk = TestSdk.start();
  });
  afterAll(() => sdk.stop());

  it('count missed deliveries apart, and none of a fan-out that failed', async () => {
    const metering = new OtelMetering(api, 1);
    metering.fannedOut({ events: 2, deliveries: 5, missed: 2, known: [] }, 8, 0, undefined);
    const failure = Object.assign(new Error('deadlock detected'), { code: '40P01' });
    metering.fannedOut({ events: 2, deliveries: 5, missed: 2, known: [] }, 8, 0, failure);
    const points = await sdk.collect();
    const planned = points.get('tillhook.fanout.deliveries')!;
    expect(planned.map(({ attributes, value }) => [attributes['tillhook.outcome'], value])).toEqual([
      ['queued', 3],
      ['missed', 2],
    ]);
    const durations = points.get('tillhook.fanout.duration')!;
    expect(durations.map(({ attributes }) => attributes['error.type'])).toEqual([undefined, '40P01']);
  });
});
