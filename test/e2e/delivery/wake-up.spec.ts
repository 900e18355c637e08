import { describe, expect, it } from '@jest/globals';
import { eachWorker } from '../../support/each-worker.js';

/** The poll interval, in ms. A request that arrives much earlier has not waited for a poll. `AT_ONCE_MS` allows for a busy machine. */
const RARE_POLL_MS = 20_000;
const AT_ONCE_MS = 5_000;

describe('in the process that emits, a delivery waits for no poll', () => {
  eachWorker(
    (scene) => {
      it('after the commit of a transaction, again and again', async () => {
        const { host, receiver, tenant } = scene();
        await tenant.transport(receiver);
        for (let count = 1; count <= 3; count++) {
          await host.dataSource.transaction((manager) =>
            host.emitter.emit('TILL_OPEN', { till: { Uid: '1' } }, { tenantUid: tenant.tenantUid, manager }),
          );
          await receiver.waitFor(count, AT_ONCE_MS);
          // The lane is usually released by then, so the next delivery needs another claim.
          await tenant.untilLogged({ status: 'DELIVERED' }, count);
        }
      });

      it('after an emit without a transaction', async () => {
        const { receiver, tenant } = scene();
        await tenant.transport(receiver);
        await tenant.emit();
        await receiver.waitFor(1, AT_ONCE_MS);
      });

      it('in a backlog that is read in parts, or behind others of its ordering key', async () => {
        const { receiver, tenant } = scene();
        await tenant.transport(receiver, { maxConcurrency: 2 });
        await tenant.emitMany(90);
        await tenant.untilLogged({ status: 'DELIVERED' }, 90, 15_000);
        await tenant.transport(receiver, {}, { ordered: true });
        await tenant.emitMany(5, { orderingKey: 'k' });
        await receiver.waitFor(100, AT_ONCE_MS);
        expect(receiver.requests).toHaveLength(100);
      });

      it('while another lane of the process hangs', async () => {
        const { receiver, tenant } = scene();
        receiver.respondNext('hang');
        await tenant.transport(
          receiver,
          { timeoutMs: 1_500, retryScheduleSeconds: [] },
          { action: 'TILL_OPEN' },
        );
        await scene().host.emitter.emit('TILL_OPEN', { till: { Uid: '1' } }, { tenantUid: tenant.tenantUid });
        await receiver.waitFor(1, AT_ONCE_MS);
        await tenant.transport(receiver, {}, { action: 'ORDER_*' });
        await tenant.emit();
        await receiver.waitFor(2, AT_ONCE_MS);
      });
    },
    { pollMs: RARE_POLL_MS },
  );
});
