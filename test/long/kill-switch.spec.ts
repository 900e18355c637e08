import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebhooksWorker } from 'nestjs-tillhook';
import { eachDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import type { Receiver } from '../support/receiver.js';
import { EVENTS, StopScene, TRANSPORTS } from '../support/stop-scene.js';
import type { TestHost } from '../support/test-host.js';

/** Every request of the process has to end within this time. */
const LIMIT_MS = 1_000;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('the kill switch', () => {
  eachDatabase((database) => {
    let scene: StopScene;
    let receiver: Receiver;

    beforeEach(async () => {
      scene = await StopScene.open(database());
      ({ receiver } = scene);
    });
    afterEach(() => scene.close());

    /** Starts a host. The first one of a test creates the transports. */
    const start = async (webhooks: object = {}): Promise<TestHost> => {
      const host = await scene.start(webhooks);
      if (scene.hosts.length === 1) await scene.route(host);
      return host;
    };
    const worker = (host: TestHost): WebhooksWorker => host.app.get(WebhooksWorker, { strict: false });
    const allDelivered = (host: TestHost, count: number): Promise<unknown> =>
      eventually(
        async () => {
          const items = await scene.deliveries(host);
          return items.length === count && items.every(({ status }) => status === 'DELIVERED');
        },
        { what: `${count} deliveries delivered` },
      );

    it('holds deliveries from the start with deliveryEnabled: false, and sends them once they are switched on', async () => {
      const host = await start({ deliveryEnabled: false });
      await scene.emit(host, 2);
      await eventually(async () => (await scene.deliveries(host)).length === 2 * TRANSPORTS);
      await sleep(300);
      expect(receiver.requests).toEqual([]);
      expect(await scene.health(host)).toMatchObject({
        status: 'degraded',
        reasons: [{ code: 'DELIVERY_SWITCHED_OFF' }],
        worker: { heldBy: ['SWITCHED_OFF'], inFlight: 0, lanes: 0 },
      });
      // The second call changes nothing, and is not logged.
      for (let call = 0; call < 2; call += 1) worker(host).setDeliveryEnabled(true);
      await allDelivered(host, 2 * TRANSPORTS);
      expect(receiver.requests).toHaveLength(2 * TRANSPORTS);
      expect(scene.logger.at('warn', /switched off/)).toHaveLength(1);
      expect(scene.logger.at('warn', /switched on/)).toHaveLength(1);
      expect(await scene.health(host)).toMatchObject({ status: 'ok', worker: { heldBy: [] } });
    });

    it('stops every request of the process within a second and loses nothing', async () => {
      const host = await start();
      receiver.respond({ status: 204, delayMs: 50 });
      await scene.emit(host, EVENTS);
      await receiver.waitFor(50);
      worker(host).setDeliveryEnabled(false);
      await sleep(LIMIT_MS);
      const before = receiver.requests.length;
      expect(before).toBeLessThan(EVENTS * TRANSPORTS);
      expect(receiver.inFlight).toBe(0);
      expect((await scene.health(host)).worker).toMatchObject({ inFlight: 0, lanes: 0 });
      await sleep(LIMIT_MS / 2);
      expect(receiver.requests).toHaveLength(before);
      worker(host).setDeliveryEnabled(true);
      await eventually(() => scene.arrived().size === EVENTS * TRANSPORTS, { what: 'all of them' });
      // Every request with a response was recorded, so nothing came twice.
      expect(receiver.requests).toHaveLength(EVENTS * TRANSPORTS);
    });

    it('aborts requests that hang, counts no attempt for them and sends them again', async () => {
      const host = await start();
      receiver.respond('hang');
      await scene.emit(host, 1);
      await eventually(() => receiver.inFlight === TRANSPORTS);
      const ids = scene.arrived();
      worker(host).setDeliveryEnabled(false);
      await eventually(() => receiver.inFlight === 0, {
        withinMs: LIMIT_MS,
        what: 'the end of the requests',
      });
      expect(await scene.deliveries(host)).toEqual(
        Array.from({ length: TRANSPORTS }, () => expect.objectContaining({ status: 'PENDING', attempts: 0 })),
      );
      receiver.reset();
      worker(host).setDeliveryEnabled(true);
      await allDelivered(host, TRANSPORTS);
      expect(scene.arrived()).toEqual(ids);
      expect(receiver.requests.map(({ headers }) => headers['x-webhook-attempt'])).toEqual(
        Array.from({ length: TRANSPORTS }, () => '1'),
      );
    });

    it('leaves the work to other processes', async () => {
      const off = await start();
      receiver.respond('hang');
      await scene.emit(off, 3);
      await eventually(() => receiver.inFlight > 0);
      worker(off).setDeliveryEnabled(false);
      await eventually(() => receiver.inFlight === 0, { withinMs: LIMIT_MS });
      receiver.respond({ status: 204 });
      // Another process delivers everything, well before the leases would end.
      await start();
      await allDelivered(off, 3 * TRANSPORTS);
    });

    it('can be switched off and on any number of times, however fast', async () => {
      const host = await start();
      receiver.respond({ status: 204, delayMs: 20 });
      await scene.emit(host, EVENTS);
      for (let turn = 0; turn < 20; turn++) {
        worker(host).setDeliveryEnabled(false);
        // Lanes that the process was claiming at that moment are released, too.
        await eventually(async () => (await scene.health(host)).worker.lanes === 0, { withinMs: LIMIT_MS });
        worker(host).setDeliveryEnabled(true);
        await sleep(turn / 2);
      }
      await eventually(() => scene.arrived().size === EVENTS * TRANSPORTS, { what: 'all of them' });
    });
  });
});
