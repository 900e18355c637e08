import { describe, expect, it } from '@jest/globals';
import { eachWorker } from '../../support/each-worker.js';
import { eventually } from '../../support/eventually.js';
import { Receiver } from '../../support/receiver.js';
import { TenantClient } from '../../support/tenant-client.js';

/** How much shorter than expected a wait may be, in ms: timers and clocks are not exact. */
const EXACT_TO_MS = 20;
/** The host's schedule: longer than it takes to send what is due. */
const WAIT_MS = 400;

describe('a receiver that asks for less traffic', () => {
  eachWorker(
    (scene) => {
      it('with 429, 502, 503 or 504 gets none at all for as long as Retry-After says', async () => {
        const { host } = scene();
        const check = async (status: number): Promise<void> => {
          const [receiver, tenant] = [await Receiver.start(), new TenantClient(host)];
          try {
            await tenant.transport(receiver, { maxConcurrency: 1, retryScheduleSeconds: [2, 2] });
            receiver.respondNext({ status, headers: { 'retry-after': '1' } });
            await tenant.emitMany(3);
            const [first, next] = await receiver.waitFor(3);
            expect(next!.receivedAt - first!.receivedAt).toBeGreaterThanOrEqual(1_000 - EXACT_TO_MS);
            await tenant.untilLogged({ status: 'DELIVERED' }, 3);
            // The delivery that got this response keeps to its own schedule beyond that.
            const again = receiver.requests.findLast(
              ({ headers }) => headers['webhook-id'] === first!.headers['webhook-id'],
            );
            expect(again!.receivedAt - first!.receivedAt).toBeGreaterThanOrEqual(1_600 - EXACT_TO_MS);
          } finally {
            await receiver.close();
          }
        };
        await Promise.all([429, 502, 503, 504].map(check));
      });

      it('may give a date instead', async () => {
        const { receiver, tenant } = scene();
        await tenant.transport(receiver, { maxConcurrency: 1, retryScheduleSeconds: [5] });
        // A date has whole seconds: this one is 1 to 2 seconds away.
        const date = new Date(Math.ceil(Date.now() / 1_000 + 1) * 1_000);
        receiver.respondNext({ status: 503, headers: { 'retry-after': date.toUTCString() } });
        await tenant.emitMany(2);
        const [, next] = await receiver.waitFor(2);
        expect(next!.receivedAt).toBeGreaterThanOrEqual(date.getTime() - EXACT_TO_MS);
        expect(next!.receivedAt).toBeLessThan(date.getTime() + 1_500);
      });

      it('gets requests again after the longest wait of the schedule at the latest, whatever it asks for', async () => {
        const { receiver, tenant } = scene();
        await tenant.transport(receiver, { maxConcurrency: 1 });
        receiver.respondNext({ status: 429, headers: { 'retry-after': '86400' } });
        await tenant.emitMany(2);
        await tenant.untilLogged({ status: 'DELIVERED' }, 2);
      });

      it('without Retry-After gets none for the first wait of the schedule', async () => {
        const { receiver, tenant } = scene();
        await tenant.transport(receiver, { maxConcurrency: 1 });
        receiver.respondNext({ status: 503 });
        await tenant.emitMany(2);
        const [first, next] = await receiver.waitFor(2);
        expect(next!.receivedAt - first!.receivedAt).toBeGreaterThanOrEqual(WAIT_MS * 0.8 - EXACT_TO_MS);
      });

      it('holds up no other transport of its tenant', async () => {
        const { host, receiver, tenant } = scene();
        const slow = await tenant.transport(receiver, { retryScheduleSeconds: [5] }, { action: 'TILL_OPEN' });
        await tenant.transport(receiver, {}, { action: 'ORDER_SETTLED' });
        receiver.respondNext({ status: 429, headers: { 'retry-after': '5' } });
        await host.emitter.emit('TILL_OPEN', { till: { Uid: '30' } }, { tenantUid: tenant.tenantUid });
        await receiver.waitFor(1);
        await eventually(async () => (await tenant.get(slow)).failingSince !== null);
        await tenant.emit();
        await tenant.untilLog(([newest]) => expect(newest).toMatchObject({ status: 'DELIVERED' }), 4_000);
      });

      it('gets nothing from later emits either, also after its lane was released', async () => {
        const { receiver, tenant } = scene();
        await tenant.transport(receiver, { retryScheduleSeconds: [1] });
        receiver.respondNext({ status: 503, headers: { 'retry-after': '1' } });
        await tenant.emit('first');
        const [first] = await receiver.waitFor(1);
        for (let count = 0; count < 6; count++) {
          await new Promise((resolve) => setTimeout(resolve, 50));
          await tenant.emit();
        }
        const [, second] = await receiver.waitFor(2);
        expect(second!.receivedAt - first!.receivedAt).toBeGreaterThanOrEqual(1_000 - EXACT_TO_MS);
        await tenant.untilLogged({ status: 'DELIVERED' }, 7);
      });
    },
    { retryScheduleMs: [WAIT_MS, WAIT_MS] },
  );
});
