import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eachDatabase } from '../../support/databases.js';
import { eventually } from '../../support/eventually.js';
import { Receiver, type ReceivedRequest } from '../../support/receiver.js';
import { TenantClient, type LoggedDelivery } from '../../support/tenant-client.js';
import { TestHost } from '../../support/test-host.js';

const HOUR_S = 3_600;
/** Retries are due in an hour, so nothing but a redelivery is sent in a test. */
const LATE = { retryScheduleSeconds: [HOUR_S, HOUR_S] };
/** The first failure exhausts a delivery. */
const ONCE = { retryScheduleSeconds: [] };
const FAIL = { status: 500 };

interface Refusal {
  readonly code: string;
}
interface Results {
  readonly results: readonly { deliveryUid: string; accepted: boolean; code: string | null }[];
}
type Attempt = { number: number; trigger: string; responseStatusCode: number | null };

/** Two hosts without a worker serve the API, and a third one on the same database delivers. For the module, they are three processes. */
describe('A redelivery that another process than the holder accepts', () => {
  eachDatabase((database) => {
    let api: TestHost;
    let other: TestHost;
    let worker: TestHost;
    let receiver: Receiver;
    let tenant: TenantClient;

    beforeAll(async () => {
      const start = (webhooks: object) =>
        TestHost.start({
          database: database(),
          webhooks: { timeoutMs: 5_000, circuitFailures: 0, ...webhooks },
        });
      api = await start({ worker: false });
      other = await start({ worker: false });
      worker = await start({ controllers: false });
    });
    beforeEach(async () => {
      receiver = await Receiver.start();
      tenant = new TenantClient(api);
    });
    afterEach(() => receiver.close());
    afterAll(async () => {
      for (const host of [worker, other, api]) await host?.close();
    });

    const redeliver = ({ deliveryUid }: { deliveryUid: string }, host = api) =>
      host
        .api(tenant.tenantUid)
        .request<LoggedDelivery & Refusal>('POST', `/deliveries/${deliveryUid}/redeliver`);
    const accepted = async (delivery: { deliveryUid: string }): Promise<LoggedDelivery> => {
      const { status, body } = await redeliver(delivery);
      expect([status, body]).toEqual([202, expect.objectContaining({ status: 'PENDING' })]);
      return body;
    };
    const refused = async (delivery: { deliveryUid: string }): Promise<string> => {
      const { status, body } = await redeliver(delivery);
      expect(status).toBe(409);
      return body.code;
    };
    const attempts = async (delivery: { deliveryUid: string }): Promise<[number, string, number | null][]> =>
      ((await tenant.attempts(delivery)) as unknown as Attempt[]).map(
        ({ number, trigger, responseStatusCode }) => [number, trigger, responseStatusCode],
      );
    const untilAttempts = (count: number): Promise<LoggedDelivery[]> =>
      tenant.untilLog((log) => expect(log[0]).toMatchObject({ attempts: count }));
    /** Emits one event, and waits for its first attempt to have this outcome. */
    const sent = async (status: string): Promise<LoggedDelivery> => {
      await tenant.emit();
      return (await tenant.untilLog((log) => expect(log).toMatchObject([{ status, attempts: 1 }])))[0]!;
    };
    const same = (request: ReceivedRequest) => [request.headers['webhook-id'], request.body.toString()];
    const numberOf = (request: ReceivedRequest) => request.headers['x-webhook-attempt'];

    describe('of an ended delivery', () => {
      it('sends the same webhook-id and bytes with the next number, and stays DELIVERED even if that fails', async () => {
        await tenant.transport(receiver, ONCE);
        const delivery = await sent('DELIVERED');
        receiver.respond(FAIL);
        expect(await accepted(delivery)).toMatchObject({
          deliveryUid: delivery.deliveryUid,
          eventUid: delivery.eventUid,
          attempts: 1,
          nextAttemptAt: expect.any(String),
          finishedAt: null,
        });
        await untilAttempts(2);
        const [first, again] = receiver.requests as [ReceivedRequest, ReceivedRequest];
        expect(same(again)).toEqual(same(first));
        expect([numberOf(first), numberOf(again)]).toEqual(['1', '2']);
        expect(await tenant.log()).toMatchObject([
          { status: 'DELIVERED', reason: null, lastStatusCode: 500 },
        ]);
        expect(await attempts(delivery)).toEqual([
          [1, 'SCHEDULE', 204],
          [2, 'MANUAL', 500],
        ]);
      });

      it('lets an exhausted delivery end as FAILED again if it fails, and as DELIVERED if it succeeds', async () => {
        receiver.respond(FAIL);
        await tenant.transport(receiver, ONCE);
        const delivery = await sent('FAILED');
        await accepted(delivery);
        await tenant.untilLogged({ status: 'FAILED', reason: 'EXHAUSTED', attempts: 2 });
        receiver.respond({ status: 204 });
        await accepted(delivery);
        await tenant.untilLogged({ status: 'DELIVERED', reason: null, attempts: 3 });
        expect((await attempts(delivery)).map(([number, trigger]) => [number, trigger])).toEqual([
          [1, 'SCHEDULE'],
          [2, 'MANUAL'],
          [3, 'MANUAL'],
        ]);
      });

      it('puts one that has attempts left back on its schedule if it fails', async () => {
        await tenant.transport(receiver, LATE);
        const delivery = await sent('DELIVERED');
        receiver.respond(FAIL);
        await accepted(delivery);
        const [failed] = await tenant.untilLogged({ status: 'PENDING', attempts: 2 });
        expect(Date.parse(failed!.nextAttemptAt!)).toBeGreaterThan(Date.now() + (HOUR_S * 1_000) / 2);
      });

      it('gives a missed delivery its first attempt', async () => {
        const { httpTransportUid } = await tenant.transport(receiver);
        await tenant.api.request('POST', `/httptransports/${httpTransportUid}/disable`);
        await tenant.emit();
        const [missed] = await tenant.untilLogged({ status: 'MISSED' });
        expect(await refused(missed!)).toBe('TRANSPORT_STATE_CONFLICT');
        await tenant.api.request('POST', `/httptransports/${httpTransportUid}/enable`);
        await accepted(missed!);
        await tenant.untilLogged({ status: 'DELIVERED', attempts: 1 });
        expect(await attempts(missed!)).toEqual([[1, 'MANUAL', 204]]);
      });
    });

    describe('of a pending delivery', () => {
      it('sends it at once although its retry is due in an hour, and goes on with the schedule if that fails', async () => {
        receiver.respond(FAIL);
        await tenant.transport(receiver, LATE);
        const delivery = await sent('PENDING');
        await accepted(delivery);
        const [failed] = await untilAttempts(2);
        expect(failed).toMatchObject({ status: 'PENDING' });
        expect(Date.parse(failed!.nextAttemptAt!)).toBeGreaterThan(Date.now() + (HOUR_S * 1_000) / 2);
        receiver.respond({ status: 204 });
        await accepted(delivery);
        await tenant.untilLogged({ status: 'DELIVERED', attempts: 3 });
        expect((await attempts(delivery)).map(([, trigger]) => trigger)).toEqual([
          'SCHEDULE',
          'MANUAL',
          'MANUAL',
        ]);
      });

      it.each([
        ['its retry would be due in an hour', LATE],
        ['that would exhaust the delivery', ONCE],
      ])('sends it next if the attempt in flight fails, although %s', async (_, schedule) => {
        await tenant.transport(receiver, schedule);
        receiver.respondNext({ ...FAIL, delayMs: 300 });
        await tenant.emit();
        await receiver.waitFor(1);
        const [delivery] = await tenant.log();
        await accepted(delivery!);
        expect(await refused(delivery!)).toBe('REDELIVERY_PENDING');
        await tenant.untilLogged({ status: 'DELIVERED', attempts: 2 });
        expect(await attempts(delivery!)).toEqual([
          [1, 'SCHEDULE', 500],
          [2, 'MANUAL', 204],
        ]);
        expect(receiver.mostAtOnce).toBe(1);
      });

      it('sends nothing more if the attempt in flight delivers', async () => {
        await tenant.transport(receiver, LATE);
        receiver.respondNext({ status: 204, delayMs: 300 });
        await tenant.emit();
        await receiver.waitFor(1);
        const [delivery] = await tenant.log();
        await accepted(delivery!);
        await tenant.untilLogged({ status: 'DELIVERED', attempts: 1 });
        // Once requests_version of the lane is 0 again, its holder has looked at the request.
        await eventually(async () => (await lanes()).every((row) => Number(row.requests_version) === 0));
        expect(receiver.requests).toHaveLength(1);
      });

      it('sends it before others that have been due for longer', async () => {
        await tenant.transport(receiver, { ...LATE, maxConcurrency: 1 });
        receiver.respond({ status: 204, delayMs: 50 });
        receiver.respondNext({ status: 204, delayMs: 700 });
        await tenant.emitMany(40);
        await receiver.waitFor(1);
        const [newest] = await tenant.untilLog((log) => expect(log).toHaveLength(40));
        await accepted(newest!);
        await tenant.untilLog((log) => expect(log[0]).toMatchObject({ status: 'DELIVERED' }));
        const uids = receiver.requests.map((request) => request.headers['x-webhook-delivery']);
        expect(uids.indexOf(newest!.deliveryUid)).toBeLessThan(5);
      });

      it('waits while the delivery is behind another one of its ordering key, and is sent as requested after that', async () => {
        receiver.respond(FAIL);
        await tenant.transport(receiver, LATE, { ordered: true });
        await tenant.emit('head', { orderingKey: 'k' });
        await untilAttempts(1);
        await tenant.emit('behind', { orderingKey: 'k' });
        const [behind, head] = await tenant.untilLog((log) =>
          expect(log).toMatchObject([{ nextAttemptAt: null, attempts: 0 }, { attempts: 1 }]),
        );
        receiver.respond({ status: 204 });
        await accepted(behind!);
        // The redelivery of the head is requested last. It is sent first all the same, because the other one is behind it.
        await accepted(head!);
        await tenant.untilLogged({ status: 'DELIVERED' }, 2);
        const uids = receiver.requests.map((request) => request.headers['x-webhook-delivery']);
        expect(uids).toEqual([head!.deliveryUid, head!.deliveryUid, behind!.deliveryUid]);
        expect(await attempts(behind!)).toEqual([[1, 'MANUAL', 204]]);
      });

      it('waits while its transport is paused, and is sent when it is resumed', async () => {
        receiver.respond(FAIL);
        const { httpTransportUid } = await tenant.transport(receiver, LATE);
        const delivery = await sent('PENDING');
        const command = (name: string) =>
          tenant.api.request('POST', `/httptransports/${httpTransportUid}/${name}`);
        await command('pause');
        await accepted(delivery);
        expect(await refused(delivery)).toBe('REDELIVERY_PENDING');
        receiver.respond({ status: 204 });
        await command('resume');
        await tenant.untilLogged({ status: 'DELIVERED', attempts: 2 });
        expect(receiver.requests).toHaveLength(2);
      });
    });

    it.each([
      ['an ended delivery', { status: 204 }, 'DELIVERED'],
      ['a pending delivery', FAIL, 'PENDING'],
    ])(
      'sends one request if it is requested 20 times at once, in two processes: %s',
      async (_, response, status) => {
        receiver.respond(response);
        await tenant.transport(receiver, LATE);
        const delivery = await sent(status);
        receiver.respond({ status: 204, delayMs: 3_000 });
        const responses = await Promise.all(
          Array.from({ length: 20 }, (_, index) => redeliver(delivery, index % 2 ? api : other)),
        );
        expect(responses.filter((response) => response.status === 202)).toHaveLength(1);
        const others = responses.filter((response) => response.status !== 202);
        expect(others.map(({ status, body }) => [status, body.code])).toEqual(
          Array(19).fill([409, 'REDELIVERY_PENDING']),
        );
        await tenant.untilLogged({ status: 'DELIVERED', attempts: 2 });
        expect(receiver.requests).toHaveLength(2);
        expect(receiver.mostAtOnce).toBe(1);
      },
    );

    it('is refused with a code if the payload, the webhook, the transport or the delivery does not exist', async () => {
      const transport = await tenant.transport(receiver);
      const delivery = await sent('DELIVERED');
      const path = `/httptransports/${transport.httpTransportUid}`;
      const { body } = await tenant.api.get<{ items: { webhookUid: string }[] }>(`${path}/webhooks`);
      await api.dataSource.query(
        `UPDATE webhook_event SET body = '', expunged_at = 1 WHERE event_uid = '${delivery.eventUid}'`,
      );
      expect(await refused(delivery)).toBe('PAYLOAD_GONE');
      await tenant.api.delete(`${path}/webhooks/${body.items[0]!.webhookUid}`);
      expect(await refused(delivery)).toBe('WEBHOOK_DELETED');
      await tenant.api.delete(path);
      expect(await refused(delivery)).toBe('HTTP_TRANSPORT_DELETED');
      expect(await tenant.log()).toMatchObject([{ status: 'DELIVERED', attempts: 1 }]);
      for (const deliveryUid of ['dlv_0000000000001', 'none']) {
        const missing = await redeliver({ deliveryUid });
        expect([missing.status, missing.body.code]).toEqual([404, 'DELIVERY_NOT_FOUND']);
      }
    });

    it('returns one result for each delivery: a repeated uid has one, and a delivery of another tenant has that of an unknown one', async () => {
      await tenant.transport(receiver, LATE);
      await tenant.emitMany(3);
      const [one, two, gone] = await tenant.untilLogged({ status: 'DELIVERED' }, 3);
      const neighbour = new TenantClient(api);
      await neighbour.transport(receiver);
      await neighbour.emit();
      const [foreign] = await neighbour.untilLogged({ status: 'DELIVERED' });
      await api.dataSource.query(
        `UPDATE webhook_event SET body = '', expunged_at = 1 WHERE event_uid = '${gone!.eventUid}'`,
      );
      receiver.reset();
      const uids = [one, two, gone, one, foreign].map((delivery) => delivery!.deliveryUid);
      const { status, body } = await tenant.api.post<Results>('/deliveries/redeliver', {
        deliveryUids: [...uids, 'dlv_0000000000001', 'none'],
      });
      const missing = { accepted: false, code: 'DELIVERY_NOT_FOUND', message: expect.any(String) };
      expect(status).toBe(202);
      expect(body.results).toEqual([
        { deliveryUid: one!.deliveryUid, accepted: true, code: null, message: null },
        { deliveryUid: two!.deliveryUid, accepted: true, code: null, message: null },
        {
          deliveryUid: gone!.deliveryUid,
          accepted: false,
          code: 'PAYLOAD_GONE',
          message: expect.any(String),
        },
        { deliveryUid: foreign!.deliveryUid, ...missing },
        { deliveryUid: 'dlv_0000000000001', ...missing },
        { deliveryUid: 'none', ...missing },
      ]);
      await tenant.untilLog((log) => expect(log.map(({ attempts }) => attempts).sort()).toEqual([1, 2, 2]));
      expect(receiver.requests).toHaveLength(2);
    });

    it.each([
      ['an empty list', []],
      ['101 uids', Array.from({ length: 101 }, (_, index) => `dlv_${index}`)],
      ['a text that is no uid', ['a b']],
      ['a text instead of a list', 'dlv_1'],
    ])('of many deliveries refuses %s', async (_, deliveryUids) => {
      const { status, body } = await tenant.api.post<Refusal>('/deliveries/redeliver', { deliveryUids });
      expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
    });

    const lanes = (): Promise<{ requests_version: string | number }[]> =>
      api.dataSource.query(
        `SELECT requests_version FROM webhook_lane WHERE tenant_uid = '${tenant.tenantUid}'`,
      );
  });
});
