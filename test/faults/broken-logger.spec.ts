import { afterEach, describe, expect, it } from '@jest/globals';
import { adoptEnvironment } from 'nestjs-tillhook';
import { eventually } from '../support/eventually.js';
import { Scene } from './support/scene.js';
import { shortestLease } from './support/sizes.js';

const EVENTS = 20;
const TIMEOUT_MS = 400;
const webhooks = {
  environment: 'production',
  timeoutMs: TIMEOUT_MS,
  leaseMs: shortestLease(TIMEOUT_MS),
  pollMs: 25,
  retryScheduleMs: Array.from({ length: 20 }, () => 200),
  circuitFailures: 2,
  circuitCoolDownMs: 100,
};

describe('A logger of the host', () => {
  let scene: Scene;
  afterEach(() => scene.close());

  it.each(['throws', 'rejects'] as const)(
    'that %s at every line does not end the process, and deliveries go on',
    async (logger) => {
      scene = await Scene.open({ webhooks });
      await scene.route({ tenantUid: 'shop', receiver: 0 });
      let isReceiverDown = true;
      scene.receivers.respond = () => ({ status: isReceiverDown ? 500 : 204 });
      // Adopting warns while the application starts.
      const worker = await scene.startWorker({ logger, webhooks: { adoptEnvironment: true } });
      const said = (pattern: RegExp): boolean => worker.log.some((line) => pattern.test(line));
      await eventually(() => said(/logger called: .*adoptEnvironment/));

      await scene.emitMany('shop', EVENTS);
      await eventually(() => scene.receivers.arrivals.length > 3);
      // Rounds of fan-out fail.
      const { dataSource } = scene.host;
      await dataSource.query('ALTER TABLE webhook_outbox RENAME TO webhook_outbox_away');
      await eventually(() => said(/logger called: Fan-out failed/));
      await dataSource.query('ALTER TABLE webhook_outbox_away RENAME TO webhook_outbox');
      // The guard of the environment logs from a timer of its own.
      await adoptEnvironment(dataSource, 'elsewhere');
      await eventually(() => said(/logger called: DELIVERIES ARE HELD/));
      await adoptEnvironment(dataSource, 'production');

      isReceiverDown = false;
      await scene.untilLog({ DELIVERED: EVENTS }, 20_000);
      expect(worker.isRunning).toBe(true);
      expect(await worker.ask('health')).toMatchObject({ status: 'ok' });
      expect((await worker.terminate()).exitCode).toBe(0);
    },
    60_000,
  );
});
