import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../support/api-client.js';
import { eachDatabase } from '../support/databases.js';
import { newTenant } from '../support/each-host.js';
import { eventually } from '../support/eventually.js';
import { jsonOf, Receiver } from '../support/receiver.js';
import { TestHost } from '../support/test-host.js';

interface Transport {
  state: string;
  disabledReason: string | null;
  failingSince: string | null;
}
interface Delivery {
  status: string;
  reason: string | null;
}

const PATH = '/httptransports/erp';
/** Long enough for the slowest worker to send a request, if the state of the transport permitted it. */
const A_WHILE_MS = 1_200;
/** So slow that nothing promised within a second can depend on polling. */
const SLOW_POLL_MS = 6_000;
/** Two requests at a time, of 20 ms each, need over 4 s for it: twice as long as a test waits after its command. */
const BACKLOG = 400;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One host serves the admin API, and another one delivers. For the module, they are two processes. */
describe('the effect of the state of an HTTP transport on its deliveries', () => {
  eachDatabase((database) => {
    let admin: TestHost;
    let worker: TestHost;
    let receiver: Receiver;
    let tenantUid: string;
    let api: ApiClient;

    const runProcesses = (pollMs: number): void => {
      beforeAll(async () => {
        admin = await TestHost.start({ database: database(), webhooks: { worker: false } });
        worker = await TestHost.start({ database: database(), webhooks: { controllers: false, pollMs } });
      });
      afterAll(async () => {
        await worker?.close();
        await admin?.close();
      });
    };
    beforeEach(async () => {
      receiver = await Receiver.start();
      tenantUid = newTenant();
      api = admin.api(tenantUid);
    });
    afterEach(() => receiver.close());

    const create = async (settings: object = {}, ordered = false): Promise<void> => {
      await api.post('/httptransports', {
        httpTransportUid: 'erp',
        name: 'ERP',
        url: receiver.url,
        ...settings,
      });
      await api.post(`${PATH}/webhooks`, { action: 'ORDER_SETTLED', ordered });
    };
    const run = async (command: string): Promise<Transport> => {
      const response = await api.request<Transport>('POST', `${PATH}/${command}`);
      expect([command, response.status]).toEqual([command, 200]);
      return response.body;
    };
    const emit = (from: number, to: number): Promise<unknown> =>
      worker.emitter.emitMany(
        Array.from({ length: to - from }, (_, index) => ({
          action: 'ORDER_SETTLED' as const,
          data: { order: { Uid: String(from + index) } },
        })),
        { tenantUid },
      );
    const deliveries = async (): Promise<Delivery[]> =>
      (await api.get<{ items: Delivery[] }>('/deliveries?pageSize=100')).body.items;
    const countOf = async (status: string): Promise<number> =>
      (await deliveries()).filter((delivery) => delivery.status === status).length;
    const logged = (status: string, count: number): Promise<boolean> =>
      eventually(async () => (await countOf(status)) === count, { what: `${count} deliveries ${status}` });
    const arrived = (): number[] => receiver.requests.map((request) => Number(orderOf(request)));
    const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

    const transport = async (): Promise<Transport> => (await api.get<Transport>(PATH)).body;

    describe('by a worker that polls rarely', () => {
      runProcesses(SLOW_POLL_MS);

      it.each([
        ['pause', 'resume', 'PAUSED'],
        ['disable', 'enable', 'DISABLED'],
      ])(
        'no request starts later than a second after the response to %s, and %s sends the rest',
        async (stop, go, state) => {
          receiver.respond({ status: 204, delayMs: 20 });
          await create({ maxConcurrency: 2 });
          await emit(0, BACKLOG);
          await receiver.waitFor(5);
          expect((await run(stop)).state).toBe(state);
          const respondedAt = Date.now();
          await sleep(1_000 + A_WHILE_MS);
          const late = receiver.requests.filter(({ receivedAt }) => receivedAt > respondedAt + 1_000);
          expect(late).toEqual([]);
          expect(receiver.requests.length).toBeLessThan(BACKLOG / 2);

          receiver.respond({ status: 204 });
          expect((await run(go)).state).toBe('ACTIVE');
          await receiver.waitFor(BACKLOG, 20_000);
          await logged('PENDING', 0);
          expect(arrived().sort((a, b) => a - b)).toEqual(upTo(BACKLOG));
        },
      );
    });

    describe('by any worker', () => {
      runProcesses(250);

      it('events of a pause are held, and sent in the order in which they were emitted', async () => {
        await create({ maxConcurrency: 1 });
        await run('pause');
        for (const n of upTo(30)) await emit(n, n + 1);
        await logged('PENDING', 30);
        await sleep(A_WHILE_MS);
        expect(arrived()).toEqual([]);
        await run('resume');
        await receiver.waitFor(30);
        expect(arrived()).toEqual(upTo(30));
      });

      it('deliveries from before it was disabled wait and go out after it was enabled; those of events in between are MISSED', async () => {
        await create({ maxConcurrency: 1 });
        await run('pause');
        await emit(0, 3);
        await logged('PENDING', 3);
        expect(await run('disable')).toMatchObject({ state: 'DISABLED', disabledReason: 'ADMIN' });
        await emit(3, 5);
        await logged('MISSED', 2);
        await sleep(A_WHILE_MS);
        expect(arrived()).toEqual([]);
        expect(await countOf('PENDING')).toBe(3);

        await run('enable');
        await receiver.waitFor(3);
        await emit(5, 6);
        await receiver.waitFor(4);
        expect(arrived()).toEqual([0, 1, 2, 5]);
        await logged('DELIVERED', 4);
        const missed = (await deliveries()).filter(({ status }) => status === 'MISSED');
        expect(missed.map(({ reason }) => reason)).toEqual(['TRANSPORT_DISABLED', 'TRANSPORT_DISABLED']);
      });

      it('a transport that a 410 has disabled has no failures once it is enabled, and gets new events', async () => {
        await create();
        receiver.respondNext({ status: 410 });
        await emit(0, 1);
        await eventually(async () => (await transport()).state === 'DISABLED');
        expect(await transport()).toMatchObject({ disabledReason: 'GONE', failingSince: expect.any(String) });
        expect(await run('enable')).toMatchObject({
          state: 'ACTIVE',
          disabledReason: null,
          failingSince: null,
        });
        await emit(1, 2);
        await receiver.waitFor(2);
        expect(arrived()).toEqual([0, 1]);
      });

      it('enabling ends a wait that the receiver asked for', async () => {
        await create({ retryScheduleSeconds: [3_600] });
        receiver.respondNext({ status: 429, headers: { 'retry-after': '3600' } });
        await emit(0, 1);
        await eventually(async () => (await transport()).failingSince !== null);
        await emit(1, 2);
        await run('disable');
        await sleep(A_WHILE_MS);
        expect(arrived()).toEqual([0]);
        await run('enable');
        await receiver.waitFor(2, 5_000);
        expect(arrived()).toEqual([0, 1]);
      });

      it('enabling ends a wait that the receiver asked for also while the holder of the lane has a request in flight', async () => {
        await create({ maxConcurrency: 2, retryScheduleSeconds: [3_600] });
        receiver.respondNext('hang');
        await emit(0, 1);
        await receiver.waitFor(1);
        receiver.respondNext({ status: 429, headers: { 'retry-after': '3600' } });
        await emit(1, 2);
        await receiver.waitFor(2);
        await emit(2, 3);
        await logged('PENDING', 3);
        await sleep(A_WHILE_MS);
        expect(arrived()).toEqual([0, 1]);

        await run('disable');
        await sleep(A_WHILE_MS);
        await run('enable');
        await receiver.waitFor(3, 5_000);
        expect(arrived()).toEqual([0, 1, 2]);
      });

      it('a resume does not end a wait that the receiver asked for', async () => {
        await create({ retryScheduleSeconds: [3_600] });
        receiver.respondNext({ status: 429, headers: { 'retry-after': '3600' } });
        await emit(0, 1);
        await eventually(async () => (await transport()).failingSince !== null);
        await run('pause');
        await emit(1, 2);
        await run('resume');
        await sleep(A_WHILE_MS);
        expect(arrived()).toEqual([0]);
      });
    });
  });
});

const orderOf = (request: Parameters<typeof jsonOf>[0]): string =>
  (jsonOf(request) as { order: { Uid: string } }).order.Uid;
