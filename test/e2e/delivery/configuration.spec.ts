import { describe, expect, it } from '@jest/globals';
import { eachWorker } from '../../support/each-worker.js';
import { eventually } from '../../support/eventually.js';
import { Receiver } from '../../support/receiver.js';

describe('a change of configuration', () => {
  eachWorker((scene) => {
    /** Emits every 20 ms until a request is as it should be. @throws if none has arrived within a second */
    const withinASecond = async (isAsItShouldBe: () => boolean): Promise<void> => {
      const { tenant } = scene();
      const deadline = performance.now() + 1_000;
      while (!isAsItShouldBe()) {
        if (performance.now() > deadline) throw new Error('The change was not in use within a second.');
        await tenant.emit();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };

    it('is used within a second, also by a lane that is busy', async () => {
      const { receiver, tenant } = scene();
      const moved = await Receiver.start();
      try {
        const transport = await tenant.transport(receiver, {
          headers: [{ key: 'x-shop', value: '70' }],
          securityType: 'BEARER_TOKEN',
          token: 'old',
        });
        await withinASecond(() => receiver.requests.length > 5);
        await tenant.patch(transport, { token: 'new', headers: [{ key: 'x-shop', value: '71' }] });
        await withinASecond(() => receiver.requests.at(-1)!.headers['authorization'] === 'Bearer new');
        expect(receiver.requests.at(-1)!.headers['x-shop']).toBe('71');
        await tenant.patch(transport, { url: moved.url, token: 'new', headers: [] });
        await withinASecond(() => moved.requests.length > 0);
        await tenant.untilLog((log) => expect(log.every(({ status }) => status === 'DELIVERED')).toBe(true));
      } finally {
        await moved.close();
      }
    });

    it('of maxConcurrency limits the requests in flight', async () => {
      const { receiver, tenant } = scene();
      receiver.respond({ status: 204, delayMs: 50 });
      const transport = await tenant.transport(receiver, { maxConcurrency: 2 });
      await tenant.emitMany(90);
      await receiver.waitFor(10);
      expect(receiver.mostAtOnce).toBe(2);
      await tenant.patch(transport, { maxConcurrency: 5 });
      await eventually(() => receiver.mostAtOnce === 5);
      await tenant.untilLogged({ status: 'DELIVERED' }, 90);
      expect(receiver.mostAtOnce).toBe(5);
    });

    it('of a webhook applies to events that are emitted afterwards', async () => {
      const { receiver, tenant } = scene();
      const transport = await tenant.transport(receiver, {}, { action: 'TILL_OPEN', webhookUid: 'w' });
      await tenant.emit('before');
      await new Promise((resolve) => setTimeout(resolve, 200));
      await tenant.api.patch(`/httptransports/${transport.httpTransportUid}/webhooks/w`, {
        action: 'ORDER_*',
      });
      await tenant.emit('after');
      await tenant.untilLogged({ status: 'DELIVERED' });
      expect(receiver.requests.map(({ body }) => body.toString())).toEqual([
        expect.stringContaining('"after"'),
      ]);
    });
  });
});

describe('the cap of requests in flight to one transport', () => {
  eachWorker(
    (scene) => {
      it('is never exceeded, and is fully used', async () => {
        const { receiver, tenant } = scene();
        receiver.respond({ status: 204, delayMs: 20 });
        await tenant.transport(receiver, { maxConcurrency: 3 });
        await tenant.emitMany(45);
        await tenant.untilLogged({ status: 'DELIVERED', attempts: 1 }, 45);
        expect(receiver.mostAtOnce).toBe(3);
      });

      it("is the host's if the transport names none", async () => {
        const { receiver, tenant } = scene();
        receiver.respond({ status: 204, delayMs: 30 });
        await tenant.transport(receiver);
        await tenant.emitMany(40);
        await tenant.untilLogged({ status: 'DELIVERED' }, 40);
        expect(receiver.mostAtOnce).toBe(4);
      });

      it('counts requests that hang', async () => {
        const { receiver, tenant } = scene();
        receiver.respond('hang');
        await tenant.transport(receiver, { maxConcurrency: 2, timeoutMs: 200, retryScheduleSeconds: [] });
        await tenant.emitMany(6);
        await tenant.untilLogged({ status: 'FAILED', lastErrorCode: 'TIMEOUT' }, 6);
        expect(receiver.mostAtOnce).toBe(2);
      });
    },
    { transportConcurrency: 4 },
  );
});

describe('a deleted transport', () => {
  eachWorker((scene) => {
    it('gets nothing more: pending deliveries are cancelled, and requests under way change nothing', async () => {
      const { receiver, tenant } = scene();
      const { httpTransportUid } = await tenant.transport(receiver, { maxConcurrency: 2 });
      receiver.respond({ status: 204, delayMs: 300 });
      await tenant.emitMany(8);
      await receiver.waitFor(2);
      expect((await tenant.api.delete(`/httptransports/${httpTransportUid}`)).status).toBe(204);
      await tenant.untilLogged({ status: 'CANCELLED', reason: 'TRANSPORT_DELETED', nextAttemptAt: null }, 8);
      await tenant.emit();
      await new Promise((resolve) => setTimeout(resolve, 600));
      expect(receiver.requests).toHaveLength(2);
      await tenant.untilLogged({ status: 'CANCELLED' }, 8);
      // The uid is free again, and the new transport that gets it has none of the old deliveries.
      await tenant.transport(receiver, { httpTransportUid });
      await tenant.emit('fresh');
      const [fresh] = await tenant.untilLog((log) => expect(log).toHaveLength(9));
      await tenant.untilLog(([newest]) => expect(newest!.status).toBe('DELIVERED'));
      expect(fresh!.httpTransportUid).toBe(httpTransportUid);
      expect(receiver.requests).toHaveLength(3);
    });
  });
});
