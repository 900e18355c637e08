import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { GAUGES, METRICS } from '../../../lib/telemetry/metrics.js';
import { eachDatabase } from '../../support/databases.js';
import { FAST_SCHEDULE_MS } from '../../support/each-worker.js';
import { eventually } from '../../support/eventually.js';
import { TestSdk, type Point } from '../../support/opentelemetry.js';
import { Receiver } from '../../support/receiver.js';
import { TenantClient } from '../../support/tenant-client.js';
import { TestHost } from '../../support/test-host.js';

/** The counts of a counter or histogram by one of its attributes. */
const countsBy = (points: readonly Point[] | undefined, attribute: string): Record<string, number> =>
  Object.fromEntries(
    (points ?? []).map(({ attributes, value }) => [
      String(attributes[attribute]),
      typeof value === 'number' ? value : value.count,
    ]),
  );

describe('metrics', () => {
  eachDatabase((database) => {
    let sdk: TestSdk;
    let receiver: Receiver;
    let host: TestHost;

    beforeAll(async () => {
      sdk = TestSdk.start();
      receiver = await Receiver.start();
      host = await TestHost.start({
        database: database(),
        webhooks: { retryScheduleMs: FAST_SCHEDULE_MS, telemetry: { maxTransports: 1 }, drainTimeoutMs: 100 },
      });
    });
    afterAll(async () => {
      await host?.close();
      await receiver?.close();
      await sdk?.stop();
    });

    it('count emits, deliveries and attempts, and distinguish no more transports than allowed', async () => {
      const [one, other] = [new TenantClient(host), new TenantClient(host)];
      const { httpTransportUid } = await one.transport(receiver);
      receiver.respondNext({ status: 500 }, { status: 404 });
      await one.emit();
      await one.untilLogged({ status: 'DELIVERED', attempts: 3 });
      await other.transport(receiver);
      await other.emitMany(2);
      await other.untilLogged({ status: 'DELIVERED' }, 2);

      const points = await sdk.collect();
      expect(countsBy(points.get('messaging.client.sent.messages'), 'messaging.destination.name')).toEqual({
        ORDER_SETTLED: 3,
      });
      expect(countsBy(points.get('messaging.client.operation.duration'), 'messaging.system')).toEqual({
        tillhook: 2,
      });
      expect(countsBy(points.get('tillhook.fanout.deliveries'), 'tillhook.outcome')).toEqual({ queued: 3 });
      const attempts = points.get('tillhook.attempts')!;
      const attributes = attempts.map((point) => ({ ...point.attributes, count: point.value }));
      const own = { 'tillhook.tenant.uid': one.tenantUid, 'tillhook.http_transport.uid': httpTransportUid };
      expect(attributes).toEqual([
        {
          ...own,
          'tillhook.outcome': 'retry',
          'tillhook.response.class': '5xx',
          'error.type': '5xx',
          count: 1,
        },
        {
          ...own,
          'tillhook.outcome': 'retry',
          'tillhook.response.class': '4xx',
          'error.type': '4xx',
          count: 1,
        },
        { ...own, 'tillhook.outcome': 'delivered', 'tillhook.response.class': '2xx', count: 1 },
        {
          'tillhook.http_transport.uid': '_OTHER',
          'tillhook.outcome': 'delivered',
          'tillhook.response.class': '2xx',
          count: 2,
        },
      ]);
      expect(countsBy(points.get('tillhook.delivery.duration'), 'tillhook.http_transport.uid')).toEqual({
        [httpTransportUid]: 1,
        _OTHER: 2,
      });
      expect(points.get('tillhook.fanout.lag')![0]!.value).toMatchObject({ count: 3 });
    });

    it('show the queue, the lanes and the health of the process', async () => {
      const tenant = new TenantClient(host);
      await tenant.transport(receiver);
      receiver.respond('hang');
      await tenant.emit();
      await receiver.waitFor(1);
      // Reading statistics counts outcomes at once. Otherwise a process counts them within ten seconds.
      await tenant.api.get('/webhookstatistics');
      await eventually(async () => {
        const points = await sdk.collect();
        const value = (name: string): unknown => points.get(name)?.[0]?.value;
        expect(value('tillhook.queue.pending')).toBe(1);
        expect(value('tillhook.requests.in_flight')).toBe(1);
        expect(value('tillhook.queue.depth')).toBe(1);
        expect(value('tillhook.queue.oldest_due.age')).toBeGreaterThan(0);
        expect(value('tillhook.lanes.held')).toBeGreaterThan(0);
        expect(value('tillhook.outbox.depth')).toBe(0);
        expect(countsBy(points.get('tillhook.health'), 'tillhook.health.status')).toEqual({
          ok: 1,
          degraded: 0,
          down: 0,
        });
        expect(countsBy(points.get('tillhook.worker.failing'), 'tillhook.stage')).toEqual({
          fanOut: 0,
          claim: 0,
          read: 0,
          record: 0,
        });
        return true;
      });
    });

    it('are all documented with their unit, and no others', async () => {
      const page = readFileSync('docs/monitoring.md', 'utf8');
      const documented = [...page.matchAll(/^\| `((?:tillhook|messaging)\.[\w.]+)` +\| `([^`]+)`/gm)];
      const declared = [...Object.values(METRICS), ...Object.values(GAUGES)];
      expect(documented.map(([, name, unit]) => `${name} ${unit}`).sort()).toEqual(
        declared.map(({ name, unit }) => `${name} ${unit}`).sort(),
      );
      const collected = await sdk.collect();
      expect(declared.map(({ name }) => name).filter((name) => !collected.has(name))).toEqual([]);
    });
  });
});
