import { describe, expect, it } from '@jest/globals';
import { eachWorker } from '../../support/each-worker.js';
import { jsonOf, type ReceivedRequest } from '../../support/receiver.js';

const orderUid = (request: ReceivedRequest): string => (jsonOf(request)['order'] as { Uid: string }).Uid;

describe('ordered deliveries', () => {
  eachWorker((scene) => {
    it('reach a webhook one at a time per key, in emit order, through failures; keys do not wait for each other', async () => {
      const { receiver, tenant } = scene();
      const KEYS = 5;
      const EACH = 8;
      await tenant.transport(receiver, { maxConcurrency: 16 }, { ordered: true });
      const underWay = new Map<string, number>();
      let failures = 0;
      receiver.respond((request) => {
        const [key, number] = orderUid(request).split('-') as [string, string];
        underWay.set(key, (underWay.get(key) ?? 0) + 1);
        setTimeout(() => underWay.set(key, underWay.get(key)! - 1), 15);
        expect(underWay.get(key)).toBe(1);
        const isFailing = Number(number) % 4 === 1 && request.headers['x-webhook-attempt'] === '1';
        if (isFailing) failures += 1;
        return { status: isFailing ? 500 : 204, delayMs: 15 };
      });
      for (let number = 0; number < EACH; number++) {
        for (let key = 0; key < KEYS; key++)
          await tenant.emit(`${key}-${number}`, { orderingKey: `key-${key}` });
      }
      await tenant.untilLogged({ status: 'DELIVERED' }, KEYS * EACH);
      expect(failures).toBe(KEYS * 2);
      for (let key = 0; key < KEYS; key++) {
        const arrived = receiver.requests.map(orderUid).filter((uid) => uid.startsWith(`${key}-`));
        const once = arrived.filter((uid, index) => uid !== arrived[index - 1]);
        expect(once).toEqual(Array.from({ length: EACH }, (_, number) => `${key}-${number}`));
      }
      expect(receiver.mostAtOnce).toBeGreaterThan(1);
    });

    it('wait behind a head that fails, of their own key only, until it is exhausted', async () => {
      const { receiver, tenant } = scene();
      await tenant.transport(receiver, {}, { ordered: true });
      receiver.respond((request) => ({ status: orderUid(request) === 'poison' ? 500 : 204 }));
      await tenant.emit('poison', { orderingKey: 'k' });
      await tenant.emit('behind', { orderingKey: 'k' });
      await tenant.emit('other', { orderingKey: 'other' });
      await tenant.untilLog((log) => {
        expect(log.map(({ status, reason }) => [status, reason])).toEqual([
          ['DELIVERED', null],
          ['DELIVERED', null],
          ['FAILED', 'EXHAUSTED'],
        ]);
      });
      const arrived = receiver.requests.map(orderUid);
      expect(arrived.filter((uid) => uid !== 'other')).toEqual([
        'poison',
        'poison',
        'poison',
        'poison',
        'behind',
      ]);
      expect(arrived.indexOf('other')).toBeLessThan(arrived.lastIndexOf('poison'));
    });

    it('of events without a key keep the order of the tenant', async () => {
      const { receiver, tenant } = scene();
      await tenant.transport(receiver, { maxConcurrency: 16 }, { ordered: true });
      receiver.respondNext({ status: 204, delayMs: 60 }, { status: 500 });
      await tenant.emitMany(12);
      await tenant.untilLogged({ status: 'DELIVERED' }, 12);
      const arrived = receiver.requests.map(orderUid);
      const once = arrived.filter((uid, index) => uid !== arrived[index - 1]);
      expect(once).toEqual(Array.from({ length: 12 }, (_, index) => String(index)));
    });

    it('do not make an unordered webhook wait', async () => {
      const { receiver, tenant } = scene();
      await tenant.transport(receiver);
      receiver.respond((request) =>
        orderUid(request) === '0' ? { status: 204, delayMs: 1_800 } : { status: 204 },
      );
      await tenant.emitMany(5, { orderingKey: 'k' });
      await receiver.waitFor(5, 1_500);
      await tenant.untilLogged({ status: 'DELIVERED' }, 5);
    });

    it('come out of the queue one by one, also if a key has many, and none is left behind', async () => {
      const { receiver, tenant } = scene();
      await tenant.transport(receiver, {}, { ordered: true });
      await tenant.emitMany(50, { orderingKey: 'k' });
      await tenant.untilLogged({ status: 'DELIVERED', attempts: 1 }, 50, 25_000);
      expect(receiver.requests.map(orderUid)).toEqual(
        Array.from({ length: 50 }, (_, index) => String(index)),
      );
    });
  });
});
