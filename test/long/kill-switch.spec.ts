import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebhooksHealth, WebhooksWorker } from 'nestjs-tillhook';
import { eachDatabase } from '../support/databases.js';
import { newTenant } from '../support/each-host.js';
import { eventually } from '../support/eventually.js';
import { LogCapture } from '../support/log-capture.js';
import { Receiver } from '../support/receiver.js';
import { TestHost } from '../support/test-host.js';

/** In which every request of the process has to end. */
const LIMIT_MS = 1_000;
const TRANSPORTS = 10;
/** With 64 requests at a time, six rounds of requests. */
const EVENTS = 40;

interface Delivery {
  status: string;
  attempts: number;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('the kill switch', () => {
  eachDatabase((database) => {
    let receiver: Receiver;
    let tenantUid: string;
    const hosts: TestHost[] = [];
    let logger: LogCapture;

    beforeEach(async () => {
      receiver = await Receiver.start();
      tenantUid = newTenant();
      logger = new LogCapture();
    });
    afterEach(async () => {
      for (const host of hosts.splice(0)) await host.close();
      await receiver.close();
    });

    /** A process; the first of a test makes the transports. */
    const start = async (webhooks: object = {}): Promise<TestHost> => {
      const host = await TestHost.start({ database: database(), webhooks, logger });
      if (hosts.push(host) > 1) return host;
      const api = host.api(tenantUid);
      for (let index = 0; index < TRANSPORTS; index++) {
        await api.post('/httptransports', { httpTransportUid: `t${index}`, name: 'ERP', url: receiver.url });
        await api.post(`/httptransports/t${index}/webhooks`, { action: '*' });
      }
      return host;
    };
    const worker = (host: TestHost): WebhooksWorker => host.app.get(WebhooksWorker, { strict: false });
    const health = (host: TestHost) => host.app.get(WebhooksHealth, { strict: false }).check();
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
    const allDelivered = (host: TestHost, count: number): Promise<unknown> =>
      eventually(
        async () => {
          const items = await deliveries(host);
          return items.length === count && items.every(({ status }) => status === 'DELIVERED');
        },
        { what: `${count} deliveries delivered` },
      );

    it('is off from the start when the option says so: the log fills, nothing is sent until it is turned on', async () => {
      const host = await start({ deliveryEnabled: false });
      await emit(host, 2);
      await eventually(async () => (await deliveries(host)).length === 2 * TRANSPORTS);
      await sleep(300);
      expect(receiver.requests).toEqual([]);
      expect(await health(host)).toMatchObject({
        status: 'degraded',
        reasons: [{ code: 'DELIVERY_SWITCHED_OFF' }],
        worker: { heldBy: ['SWITCHED_OFF'], inFlight: 0, lanes: 0 },
      });
      // The second call changes nothing, and is not logged.
      for (let call = 0; call < 2; call += 1) worker(host).setDeliveryEnabled(true);
      await allDelivered(host, 2 * TRANSPORTS);
      expect(receiver.requests).toHaveLength(2 * TRANSPORTS);
      expect(logger.at('warn', /switched off/)).toHaveLength(1);
      expect(logger.at('warn', /switched on/)).toHaveLength(1);
      expect(await health(host)).toMatchObject({ status: 'ok', worker: { heldBy: [] } });
    });

    it('stops every request of the process within a second and loses nothing', async () => {
      const host = await start();
      receiver.respond({ status: 204, delayMs: 50 });
      await emit(host, EVENTS);
      await receiver.waitFor(50);
      worker(host).setDeliveryEnabled(false);
      await sleep(LIMIT_MS);
      const before = receiver.requests.length;
      expect(before).toBeLessThan(EVENTS * TRANSPORTS);
      expect(receiver.inFlight).toBe(0);
      expect((await health(host)).worker).toMatchObject({ inFlight: 0, lanes: 0 });
      await sleep(LIMIT_MS / 2);
      expect(receiver.requests).toHaveLength(before);
      worker(host).setDeliveryEnabled(true);
      await eventually(() => arrived().size === EVENTS * TRANSPORTS, { what: 'all of them' });
      // Every request with a response was recorded, so nothing came twice.
      expect(receiver.requests).toHaveLength(EVENTS * TRANSPORTS);
    });

    it('aborts requests that hang, counts no attempt for them and sends them again', async () => {
      const host = await start();
      receiver.respond('hang');
      await emit(host, 1);
      await eventually(() => receiver.inFlight === TRANSPORTS);
      const ids = arrived();
      worker(host).setDeliveryEnabled(false);
      await eventually(() => receiver.inFlight === 0, {
        withinMs: LIMIT_MS,
        what: 'the end of the requests',
      });
      expect(await deliveries(host)).toEqual(
        Array.from({ length: TRANSPORTS }, () => expect.objectContaining({ status: 'PENDING', attempts: 0 })),
      );
      receiver.reset();
      worker(host).setDeliveryEnabled(true);
      await allDelivered(host, TRANSPORTS);
      expect(arrived()).toEqual(ids);
      expect(receiver.requests.map(({ headers }) => headers['x-webhook-attempt'])).toEqual(
        Array.from({ length: TRANSPORTS }, () => '1'),
      );
    });

    it('leaves the work to other processes', async () => {
      const off = await start();
      receiver.respond('hang');
      await emit(off, 3);
      await eventually(() => receiver.inFlight > 0);
      worker(off).setDeliveryEnabled(false);
      await eventually(() => receiver.inFlight === 0, { withinMs: LIMIT_MS });
      receiver.respond({ status: 204 });
      // Well before the leases would end.
      await start();
      await allDelivered(off, 3 * TRANSPORTS);
    });

    it('may be turned any number of times, however fast', async () => {
      const host = await start();
      receiver.respond({ status: 204, delayMs: 20 });
      await emit(host, EVENTS);
      for (let turn = 0; turn < 20; turn++) {
        worker(host).setDeliveryEnabled(false);
        // Also what was being taken at that very moment is given back.
        await eventually(async () => (await health(host)).worker.lanes === 0, { withinMs: LIMIT_MS });
        worker(host).setDeliveryEnabled(true);
        await sleep(turn / 2);
      }
      await eventually(() => arrived().size === EVENTS * TRANSPORTS, { what: 'all of them' });
    });
  });
});
