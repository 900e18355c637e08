import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebhooksHealth, WebhooksWorker } from 'nestjs-tillhook';
import { eachDatabase } from '../support/databases.js';
import { newTenant } from '../support/each-host.js';
import { eventually } from '../support/eventually.js';
import { LogCapture } from '../support/log-capture.js';
import { OPERATOR, OperatorClient } from '../support/operator-client.js';
import { Receiver } from '../support/receiver.js';
import { TestHost } from '../support/test-host.js';

/** After the response to the stop, no request starts later than this. */
const PROMISED_MS = 1_000;
/** Far above the time in which a process resumes, far below that of a lease. */
const RESUMES_WITHIN_MS = 8_000;
const TRANSPORTS = 10;
/** With 64 requests at a time, six rounds of requests. */
const EVENTS = 40;
const DEFAULT_POLL_MS = 250;

interface Delivery {
  status: string;
  attempts: number;
}

describe('the global stop', () => {
  eachDatabase((database) => {
    let receiver: Receiver;
    let tenantUid: string;
    let logger: LogCapture;
    const hosts: TestHost[] = [];

    beforeEach(async () => {
      receiver = await Receiver.start();
      tenantUid = newTenant();
      logger = new LogCapture();
    });
    afterEach(async () => {
      const [first] = hosts;
      if (first) await operator(first).post('/resume');
      for (const host of hosts.splice(0)) await host.close();
      await receiver.close();
    });

    const start = async (webhooks: object = {}): Promise<TestHost> => {
      const options = { pollMs: DEFAULT_POLL_MS, ...webhooks };
      const host = await TestHost.start({ database: database(), webhooks: options, logger });
      hosts.push(host);
      return host;
    };
    const stop = async (host: TestHost): Promise<void> => {
      hosts.splice(hosts.indexOf(host), 1);
      await host.close();
    };
    const route = async (host: TestHost): Promise<void> => {
      const api = host.api(tenantUid);
      for (let index = 0; index < TRANSPORTS; index++) {
        await api.post('/httptransports', { httpTransportUid: `t${index}`, name: 'ERP', url: receiver.url });
        await api.post(`/httptransports/t${index}/webhooks`, { action: '*' });
      }
    };
    const operator = (host: TestHost): OperatorClient => new OperatorClient(host.url);
    const health = (host: TestHost) => host.app.get(WebhooksHealth, { strict: false }).check();
    const isHeld = async (host: TestHost): Promise<boolean> =>
      (await health(host)).worker.heldBy.includes('STOPPED_BY_OPERATOR');
    /** Each event goes to every transport. */
    const emit = (host: TestHost, count: number): Promise<unknown> =>
      host.emitter.emitMany(
        Array.from({ length: count }, (_, index) => ({
          action: 'ORDER_SETTLED' as const,
          data: { order: { Uid: String(index) } },
        })),
        { tenantUid },
      );
    const arrived = (): Set<string> =>
      new Set(receiver.requests.map(({ headers }) => headers['x-webhook-delivery']!));
    const deliveries = async (host: TestHost): Promise<Delivery[]> =>
      (await host.api(tenantUid).get<{ items: Delivery[] }>('/deliveries?pageSize=100')).body.items;

    it('reaches all processes within a second, keeps everything, and sends it after resume', async () => {
      const api = await start({ worker: false });
      await route(api);
      const [busy, another] = [await start(), await start()];
      receiver.respond({ status: 204, delayMs: 100 });
      await emit(busy, EVENTS);
      await receiver.waitFor(50);
      const stopped = await operator(api).post('/stop', { reason: 'Wrong totals' });
      expect([stopped.status, stopped.body]).toEqual([
        200,
        { stop: { stoppedAt: expect.any(String), actor: OPERATOR, reason: 'Wrong totals' } },
      ]);
      await sleep(PROMISED_MS);
      const before = receiver.requests.length;
      expect(before).toBeLessThan(EVENTS * TRANSPORTS);
      expect(receiver.inFlight).toBe(0);
      // Emits and the admin API work; the events are fanned out and stay.
      await emit(api, 1);
      await emit(busy, 1);
      await eventually(async () => (await deliveries(api)).some(({ status }) => status === 'PENDING'));
      for (const host of [busy, another]) await eventually(() => isHeld(host));
      expect(await health(busy)).toMatchObject({
        status: 'degraded',
        reasons: [{ code: 'DELIVERIES_STOPPED', message: expect.stringContaining('"Wrong totals"') }],
        worker: { heldBy: ['STOPPED_BY_OPERATOR'], inFlight: 0, lanes: 0 },
      });
      expect(receiver.requests).toHaveLength(before);
      expect(logger.at('warn', /DELIVERIES ARE STOPPED.*"Wrong totals".*resume/).length).toBeGreaterThan(0);

      expect((await operator(api).post('/resume')).body).toEqual({ stop: null });
      await eventually(() => arrived().size === (EVENTS + 2) * TRANSPORTS, {
        what: 'all of them',
        withinMs: RESUMES_WITHIN_MS,
      });
      // Every request with a response was recorded, so nothing came twice.
      expect(receiver.requests).toHaveLength((EVENTS + 2) * TRANSPORTS);
      for (const host of [busy, another]) await eventually(async () => !(await isHeld(host)));
    });

    it('holds a process that hears no wake-ups, and aborts requests that hang without an attempt', async () => {
      const api = await start({ worker: false });
      await route(api);
      const deaf = await start();
      deafen(deaf);
      receiver.respond('hang');
      await emit(deaf, 1);
      await eventually(() => receiver.inFlight === TRANSPORTS);
      await operator(api).post('/stop');
      await eventually(() => receiver.inFlight === 0, { withinMs: 2 * PROMISED_MS });
      expect(await deliveries(api)).toEqual(
        Array.from({ length: TRANSPORTS }, () => expect.objectContaining({ status: 'PENDING', attempts: 0 })),
      );
      receiver.reset();
      receiver.respond({ status: 204 });
      await operator(api).post('/resume');
      await eventually(() => arrived().size === TRANSPORTS, { withinMs: RESUMES_WITHIN_MS });
      expect(receiver.requests.map(({ headers }) => headers['x-webhook-attempt'])).toEqual(
        Array.from({ length: TRANSPORTS }, () => '1'),
      );
    });

    it('survives restarts of all processes, and is independent of the kill switch', async () => {
      const first = await start();
      await route(first);
      await operator(first).post('/stop', { reason: 'Incident 7' });
      await emit(first, 1);
      await eventually(async () => (await deliveries(first)).length === TRANSPORTS);
      await stop(first);
      const second = await start();
      expect(await isHeld(second)).toBe(true);
      second.app.get(WebhooksWorker, { strict: false }).setDeliveryEnabled(false);
      second.app.get(WebhooksWorker, { strict: false }).setDeliveryEnabled(true);
      expect((await health(second)).worker.heldBy).toEqual(['STOPPED_BY_OPERATOR']);
      await sleep(2 * DEFAULT_POLL_MS);
      expect(receiver.requests).toEqual([]);
      await operator(second).post('/resume');
      await receiver.waitFor(TRANSPORTS);
    });

    it('holds test sends from the moment of the response, also in a process that has not noticed it', async () => {
      const [one, other] = [await start({ worker: false }), await start({ worker: false })];
      await route(one);
      expect((await one.api(tenantUid).request('POST', '/httptransports/t0/test')).status).toBe(200);
      await operator(one).post('/stop');
      const { status, body } = await other.api(tenantUid).request('POST', '/httptransports/t1/test');
      expect([status, body]).toMatchObject([409, { code: 'DELIVERIES_HELD' }]);
      expect(receiver.requests).toHaveLength(1);
    });

    it('lets no process claim or read deliveries, even before the process has noticed it', async () => {
      const host = await start();
      await route(host);
      receiver.respondNext({ status: 204 });
      await emit(host, 1);
      await receiver.waitFor(TRANSPORTS);
      await eventually(async () => (await health(host)).worker.lanes === 0);
      // Written by hand: nobody is notified, and an idle process looks at it only with the next work check or after 3 s.
      await host.dataSource.query(
        `INSERT INTO webhook_setting (name, value) VALUES ('delivery_stop', 'by hand')`,
      );
      await emit(host, 1);
      await eventually(async () => (await deliveries(host)).length === 2 * TRANSPORTS);
      await eventually(() => isHeld(host));
      expect(receiver.requests).toHaveLength(TRANSPORTS);
      expect((await operator(host).get('/overview')).body['stop']).toEqual({
        stoppedAt: null,
        actor: null,
        reason: null,
      });
    });

    /** From now on the process hears nothing of others: neither notifications nor work checks arrive. */
    function deafen(host: TestHost): void {
      const worker: unknown = host.app.get(WebhooksWorker, { strict: false });
      void (worker as { wakeUps: { close(): Promise<void> } }).wakeUps.close();
    }
  });
});
