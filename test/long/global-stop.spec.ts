import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebhooksWorker } from 'nestjs-tillhook';
import { eachDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { OPERATOR, OperatorClient } from '../support/operator-client.js';
import type { Receiver } from '../support/receiver.js';
import { EVENTS, StopScene, TRANSPORTS } from '../support/stop-scene.js';
import type { TestHost } from '../support/test-host.js';

/** After the response to the stop, no request starts later than this. */
const PROMISED_MS = 1_000;
/** Far above the time in which a process resumes, far below that of a lease. */
const RESUMES_WITHIN_MS = 8_000;
const DEFAULT_POLL_MS = 250;

describe('the global stop', () => {
  eachDatabase((database) => {
    let scene: StopScene;
    let receiver: Receiver;

    beforeEach(async () => {
      scene = await StopScene.open(database());
      ({ receiver } = scene);
    });
    afterEach(async () => {
      const [first] = scene.hosts;
      if (first) await operator(first).post('/resume');
      await scene.close();
    });

    const start = (webhooks: object = {}): Promise<TestHost> =>
      scene.start({ pollMs: DEFAULT_POLL_MS, ...webhooks });
    const operator = (host: TestHost): OperatorClient => new OperatorClient(host.url);
    const isHeld = async (host: TestHost): Promise<boolean> =>
      (await scene.health(host)).worker.heldBy.includes('STOPPED_BY_OPERATOR');

    it('reaches all processes within a second, keeps everything, and sends it after resume', async () => {
      const api = await start({ worker: false });
      await scene.route(api);
      const [busy, another] = [await start(), await start()];
      receiver.respond({ status: 204, delayMs: 100 });
      await scene.emit(busy, EVENTS);
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
      // Emits and the admin API work. The events are fanned out, and their deliveries stay in the queue.
      await scene.emit(api, 1);
      await scene.emit(busy, 1);
      await eventually(async () => (await scene.deliveries(api)).some(({ status }) => status === 'PENDING'));
      for (const host of [busy, another]) await eventually(() => isHeld(host));
      expect(await scene.health(busy)).toMatchObject({
        status: 'degraded',
        reasons: [{ code: 'DELIVERIES_STOPPED', message: expect.stringContaining('"Wrong totals"') }],
        worker: { heldBy: ['STOPPED_BY_OPERATOR'], inFlight: 0, lanes: 0 },
      });
      expect(receiver.requests).toHaveLength(before);
      expect(
        scene.logger.at('warn', /DELIVERIES ARE STOPPED.*"Wrong totals".*resume/).length,
      ).toBeGreaterThan(0);

      expect((await operator(api).post('/resume')).body).toEqual({ stop: null });
      await eventually(() => scene.arrived().size === (EVENTS + 2) * TRANSPORTS, {
        what: 'all of them',
        withinMs: RESUMES_WITHIN_MS,
      });
      // Every request with a response was recorded, so nothing came twice.
      expect(receiver.requests).toHaveLength((EVENTS + 2) * TRANSPORTS);
      for (const host of [busy, another]) await eventually(async () => !(await isHeld(host)));
    });

    it('reaches a process that gets no wake-ups, and aborts its hanging requests without counting an attempt', async () => {
      const api = await start({ worker: false });
      await scene.route(api);
      const deaf = await start();
      deafen(deaf);
      receiver.respond('hang');
      await scene.emit(deaf, 1);
      await eventually(() => receiver.inFlight === TRANSPORTS);
      await operator(api).post('/stop');
      await eventually(() => receiver.inFlight === 0, { withinMs: 2 * PROMISED_MS });
      expect(await scene.deliveries(api)).toEqual(
        Array.from({ length: TRANSPORTS }, () => expect.objectContaining({ status: 'PENDING', attempts: 0 })),
      );
      receiver.reset();
      receiver.respond({ status: 204 });
      await operator(api).post('/resume');
      await eventually(() => scene.arrived().size === TRANSPORTS, { withinMs: RESUMES_WITHIN_MS });
      expect(receiver.requests.map(({ headers }) => headers['x-webhook-attempt'])).toEqual(
        Array.from({ length: TRANSPORTS }, () => '1'),
      );
    });

    it('survives restarts of all processes, and is independent of the kill switch', async () => {
      const first = await start();
      await scene.route(first);
      await operator(first).post('/stop', { reason: 'Incident 7' });
      await scene.emit(first, 1);
      await eventually(async () => (await scene.deliveries(first)).length === TRANSPORTS);
      await scene.stop(first);
      const second = await start();
      expect(await isHeld(second)).toBe(true);
      second.app.get(WebhooksWorker, { strict: false }).setDeliveryEnabled(false);
      second.app.get(WebhooksWorker, { strict: false }).setDeliveryEnabled(true);
      expect((await scene.health(second)).worker.heldBy).toEqual(['STOPPED_BY_OPERATOR']);
      await sleep(2 * DEFAULT_POLL_MS);
      expect(receiver.requests).toEqual([]);
      await operator(second).post('/resume');
      await receiver.waitFor(TRANSPORTS);
    });

    it('holds test sends from the moment of the response, also in a process that has not noticed it', async () => {
      const [one, other] = [await start({ worker: false }), await start({ worker: false })];
      await scene.route(one);
      expect((await one.api(scene.tenantUid).request('POST', '/httptransports/t0/test')).status).toBe(200);
      await operator(one).post('/stop');
      const { status, body } = await other.api(scene.tenantUid).request('POST', '/httptransports/t1/test');
      expect([status, body]).toMatchObject([409, { code: 'DELIVERIES_HELD' }]);
      expect(receiver.requests).toHaveLength(1);
    });

    it('lets no process claim or read deliveries, even before the process has noticed it', async () => {
      const host = await start();
      await scene.route(host);
      receiver.respondNext({ status: 204 });
      await scene.emit(host, 1);
      await receiver.waitFor(TRANSPORTS);
      await eventually(async () => (await scene.health(host)).worker.lanes === 0);
      // Written by hand: no process is notified, and an idle one reads it only with its next work check or after 3 s.
      await host.dataSource.query(
        `INSERT INTO webhook_setting (name, value) VALUES ('delivery_stop', 'by hand')`,
      );
      await scene.emit(host, 1);
      await eventually(async () => (await scene.deliveries(host)).length === 2 * TRANSPORTS);
      await eventually(() => isHeld(host));
      expect(receiver.requests).toHaveLength(TRANSPORTS);
      expect((await operator(host).get('/overview')).body['stop']).toEqual({
        stoppedAt: null,
        actor: null,
        reason: null,
      });
    });

    /** From now on the process gets no notifications and runs no work checks. */
    function deafen(host: TestHost): void {
      const worker: unknown = host.app.get(WebhooksWorker, { strict: false });
      void (worker as { wakeUps: { close(): Promise<void> } }).wakeUps.close();
    }
  });
});
