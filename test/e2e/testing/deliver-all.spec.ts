import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { WebhooksWorker } from 'nestjs-tillhook';
import {
  deliverAll,
  DeliveriesHeldError,
  DeliveriesUnfinishedError,
  WebhookReceiver,
  WorkerNotRunningError,
} from 'nestjs-tillhook/testing';
import { eachDatabase } from '../../support/databases.js';
import { TenantClient } from '../../support/tenant-client.js';
import { TestHost } from '../../support/test-host.js';

describe('deliverAll', () => {
  eachDatabase((db) => {
    let host: TestHost;
    let tenant: TenantClient;
    let receiver: WebhookReceiver;

    beforeAll(async () => {
      // Polls are too rare to help.
      const webhooks = { pollMs: 60_000, retryScheduleMs: [0, 0, 60_000], timeoutMs: 20_000 };
      host = await TestHost.start({ database: db(), webhooks });
    });
    beforeEach(async () => {
      receiver = await WebhookReceiver.start();
      tenant = new TenantClient(host);
    });
    afterEach(() => receiver.close());
    afterAll(() => host.close());

    const statuses = async (): Promise<string[]> => (await tenant.log()).map(({ status }) => status);

    it('resolves when each event has been received and recorded', async () => {
      await tenant.transport(receiver);
      for (let index = 0; index < 50; index++) await tenant.emit(String(index));
      await deliverAll(host.app);
      expect(receiver.requests).toHaveLength(50);
      expect(await statuses()).toEqual(Array.from({ length: 50 }, () => 'DELIVERED'));
    });

    it('resolves at once when there is nothing to do', async () => {
      const startedAt = performance.now();
      await deliverAll(host.app);
      expect(performance.now() - startedAt).toBeLessThan(2_000);
    });

    it('includes retries that are due at once, and leaves later ones alone', async () => {
      await tenant.transport(receiver);
      receiver.respond({ status: 500 });
      await tenant.emit('700');
      await deliverAll(host.app);
      expect(receiver.requests.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
      expect(await statuses()).toEqual(['PENDING']);
    });

    it('rejects with what is left when a receiver hangs', async () => {
      await tenant.transport(receiver);
      receiver.respondNext('hang');
      await tenant.emit('700');
      const error = await deliverAll(host.app, { withinMs: 300 }).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(DeliveriesUnfinishedError);
      expect((error as DeliveriesUnfinishedError).left).toEqual({ events: 0, deliveries: 1, inFlight: 1 });
      // When the receiver is closed, this attempt fails, and so do the two retries that follow at once.
      await receiver.close();
      await deliverAll(host.app);
      expect(await statuses()).toEqual(['PENDING']);
    });

    it('finds events that another process has committed', async () => {
      await tenant.transport(receiver);
      const emitting = await TestHost.start({ database: db(), webhooks: { worker: false } });
      await emitting.emitter.emit('TILL_OPEN', { till: { Uid: '30' } }, { tenantUid: tenant.tenantUid });
      await emitting.close();
      await deliverAll(host.app);
      expect(receiver.requests.map(({ action }) => action)).toEqual(['TILL_OPEN']);
    });

    it('does not wait for a transport that is paused', async () => {
      const transport = await tenant.transport(receiver);
      await tenant.api.post(`/httptransports/${transport.httpTransportUid}/pause`, {});
      await tenant.emit('700');
      await deliverAll(host.app);
      expect([receiver.requests.length, await statuses()]).toEqual([0, ['PENDING']]);
    });

    it('rejects when deliveries are switched off', async () => {
      const worker = host.app.get(WebhooksWorker);
      worker.setDeliveryEnabled(false);
      await expect(deliverAll(host.app)).rejects.toBeInstanceOf(DeliveriesHeldError);
      worker.setDeliveryEnabled(true);
    });

    it('rejects for an app without a worker, and for one that was drained', async () => {
      const without = await TestHost.start({ database: db(), webhooks: { worker: false } });
      await expect(deliverAll(without.app)).rejects.toBeInstanceOf(WorkerNotRunningError);
      await without.close();
      const drained = await TestHost.start({ database: db() });
      await drained.app.get(WebhooksWorker).drain();
      await expect(deliverAll(drained.app)).rejects.toBeInstanceOf(WorkerNotRunningError);
      await drained.close();
      await expect(deliverAll(drained.app)).rejects.toBeInstanceOf(WorkerNotRunningError);
    });
  });
});
