import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../../support/api-client.js';
import { eachHost, newTenant } from '../../support/each-host.js';
import { eventually } from '../../support/eventually.js';
import { Receiver } from '../../support/receiver.js';
import { seedDeliveries, type SeededDelivery } from '../../support/seed-deliveries.js';

interface Delivery {
  deliveryUid: string;
  eventUid: string;
  status: string;
  [field: string]: unknown;
}

interface Log {
  items: Delivery[];
  paging: { pageSize: number; nextCursor: string | null };
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const DELIVERY_UID = /^dlv_[0-9a-z]{13}$/;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Date of the first delivery of a test. It rises from test to test, because deliveries with later dates have greater numbers. */
let start = Date.now();

describe('the delivery log', () => {
  eachHost((host) => {
    let tenantUid: string;
    let api: ApiClient;

    beforeEach(async () => {
      tenantUid = newTenant();
      start += DAY_MS;
      api = host().api(tenantUid);
      for (const httpTransportUid of ['erp', 'shop']) {
        await api.post('/httptransports', { httpTransportUid, name: 'x', url: 'https://erp.example.com' });
      }
    });

    const seed = (deliveries: Partial<SeededDelivery>[]): Promise<void> =>
      seedDeliveries(
        host().dataSource,
        deliveries.map((delivery, index) => ({
          tenantUid,
          httpTransportUid: 'erp',
          webhookUid: 'w',
          eventUid: `event-${index}`,
          createdAt: start + index * HOUR_MS,
          ...delivery,
        })),
      );

    const events = async (query: string): Promise<string[]> => {
      const { status, body } = await api.get<Log>(`/deliveries${query}`);
      expect([query, status]).toEqual([query, 200]);
      return body.items.map(({ eventUid }) => eventUid);
    };

    it('lists the newest first, with every field', async () => {
      await seed([{ status: 'DELIVERED' }, {}]);
      const { body } = await api.get<Log>('/deliveries');
      const common = {
        deliveryUid: expect.stringMatching(DELIVERY_UID),
        httpTransportUid: 'erp',
        webhookUid: 'w',
        action: 'ORDER_SETTLED',
        reason: null,
        attempts: 0,
        lastStatusCode: null,
        lastErrorCode: null,
      };
      const [first, second] = [new Date(start).toISOString(), new Date(start + HOUR_MS).toISOString()];
      expect(body).toEqual({
        items: [
          {
            ...common,
            eventUid: 'event-1',
            status: 'PENDING',
            createdAt: second,
            nextAttemptAt: second,
            finishedAt: null,
          },
          {
            ...common,
            eventUid: 'event-0',
            status: 'DELIVERED',
            createdAt: first,
            nextAttemptAt: null,
            finishedAt: first,
          },
        ],
        paging: { pageSize: 25, nextCursor: null },
      });
    });

    it('is read page by page, while new deliveries arrive, without gap or repetition', async () => {
      await seed(Array.from({ length: 7 }, () => ({})));
      const read: string[] = [];
      let cursor: string | null = null;
      let pages = 0;
      do {
        const { body }: { body: Log } = await api.get<Log>(
          `/deliveries?pageSize=3${cursor ? `&cursor=${cursor}` : ''}`,
        );
        expect(body.paging.pageSize).toBe(3);
        read.push(...body.items.map(({ eventUid }) => eventUid));
        cursor = body.paging.nextCursor;
        pages += 1;
        await seed([{ eventUid: `late-${pages}` }]);
      } while (cursor);
      expect(read).toEqual([6, 5, 4, 3, 2, 1, 0].map((index) => `event-${index}`));
      expect(pages).toBe(3);
    });

    it('has no next page after a last page that is full', async () => {
      await seed([{}, {}]);
      expect((await api.get<Log>('/deliveries?pageSize=2')).body.paging.nextCursor).toBeNull();
    });

    it('is filtered by each criterion and by several', async () => {
      await seed([
        { status: 'FAILED', action: 'STOCK_CHANGE' },
        { httpTransportUid: 'shop' },
        { webhookUid: 'v', status: 'DELIVERED' },
        { action: 'STOCK_CHANGE' },
      ]);
      expect(await events('?httpTransportUid=shop')).toEqual(['event-1']);
      expect(await events('?webhookUid=v')).toEqual(['event-2']);
      expect(await events('?action=STOCK_CHANGE')).toEqual(['event-3', 'event-0']);
      expect(await events('?status=PENDING')).toEqual(['event-3', 'event-1']);
      expect(await events('?eventUid=event-2')).toEqual(['event-2']);
      expect(await events('?eventUid=none')).toEqual([]);
      for (const [query, found] of [
        ['httpTransportUid=erp', ['event-0']],
        ['httpTransportUid=shop', []],
        ['action=STOCK_CHANGE', ['event-0']],
        ['action=TILL_OPEN', []],
      ] as const)
        expect([query, await events(`?eventUid=event-0&${query}`)]).toEqual([query, found]);
      expect(await events('?action=STOCK_CHANGE&status=FAILED&httpTransportUid=erp')).toEqual(['event-0']);
      const [from, to] = [start + HOUR_MS, start + 2 * HOUR_MS].map((instant) =>
        new Date(instant).toISOString(),
      );
      expect(await events(`?createdFrom=${from}`)).toEqual(['event-3', 'event-2', 'event-1']);
      expect(await events(`?createdTo=${from}`)).toEqual(['event-1', 'event-0']);
      expect(await events(`?createdFrom=${from}&createdTo=${to}`)).toEqual(['event-2', 'event-1']);
    });

    it('continues after a cursor with the same filters, and refuses the cursor of another tenant', async () => {
      await seed([{}, { httpTransportUid: 'shop' }, {}]);
      const { body } = await api.get<Log>('/deliveries?httpTransportUid=erp&pageSize=1');
      const { nextCursor } = body.paging;
      expect(await events(`?httpTransportUid=erp&cursor=${nextCursor}`)).toEqual(['event-0']);
      const foreign = await host().api(newTenant()).get<object>(`/deliveries?cursor=${nextCursor}`);
      expect([foreign.status, foreign.body]).toEqual([
        400,
        expect.objectContaining({ code: 'INVALID_CURSOR' }),
      ]);
    });

    it.each(['1', '1.AAAAAAAAAAAAAAAAAAAAAA', 'x', 'null', '9007199254740993.AAAAAAAAAAAAAAAAAAAAAA'])(
      'refuses the made-up cursor %s',
      async (cursor) => {
        const { status, body } = await api.get<object>(`/deliveries?cursor=${cursor}`);
        expect([status, body]).toEqual([400, expect.objectContaining({ code: 'INVALID_CURSOR' })]);
      },
    );

    it.each([
      'pageNumber=1',
      'sortBy=createdAt',
      'status=done',
      'createdFrom=yesterday',
      'pageSize=101',
      'cursor=',
    ])('refuses %s', async (query) => {
      const { status, body } = await api.get<object>(`/deliveries?${query}`);
      expect([status, body]).toEqual([400, expect.objectContaining({ code: 'VALIDATION_FAILED' })]);
    });

    it.each(['none', 'dlv_0000000000000', 'dlv_zzzzzzzzzzzzz', 'DLV_0000000000001', 'dlv_1'])(
      'responds with 404 for the delivery %s',
      async (deliveryUid) => {
        const { status, body } = await api.get<object>(`/deliveries/${deliveryUid}`);
        expect([status, body]).toEqual([404, expect.objectContaining({ code: 'DELIVERY_NOT_FOUND' })]);
      },
    );
  });
});

describe('the details of a delivery', () => {
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await Receiver.start();
  });
  afterAll(() => receiver.close());

  eachHost(
    (host) => {
      it('contain the event and every attempt', async () => {
        const tenantUid = newTenant();
        const api = host().api(tenantUid);
        receiver.reset();
        receiver.respondNext({
          status: 500,
          headers: { 'x-trace': 'abc', 'set-cookie': 'a=b' },
          body: 'out of paper',
        });
        const authorized = { securityType: 'BASIC_AUTH', username: 'till', password: 'geheim' };
        await api.post('/httptransports', {
          httpTransportUid: 'erp',
          name: 'x',
          url: receiver.url,
          retryScheduleSeconds: [1],
          headers: [{ key: 'X-Shop', value: '70' }],
          ...authorized,
        });
        await api.post('/httptransports/erp/webhooks', { webhookUid: 'w', action: 'ORDER_*' });
        // The masks of an update reach the receiver as the stored values.
        const { body: read } = await api.get<object>('/httptransports/erp');
        expect((await api.put('/httptransports/erp', read)).status).toBe(200);

        const occurredAt = new Date('2026-03-14T09:26:53.589Z');
        const data = { store: { Id: 1, Uid: '70' }, order: { Id: 7123, Uid: '700' } };
        const { eventUid } = await host().emitter.emit(
          'ORDER_SETTLED',
          { ...data, tenantUser: { Uid: '9' } },
          { tenantUid, occurredAt },
        );
        const [request] = await receiver.waitFor(2);
        expect(request!.headers).toMatchObject({
          authorization: `Basic ${Buffer.from('till:geheim').toString('base64')}`,
          'x-shop': '70',
        });

        const delivery = await eventually(async () => {
          const { body } = await api.get<Log>(`/deliveries?eventUid=${eventUid}&status=DELIVERED`);
          return body.items[0];
        });
        expect(delivery).toMatchObject({ attempts: 2, lastStatusCode: 204, nextAttemptAt: null });
        expect(request!.headers['x-webhook-delivery']).toBe(delivery.deliveryUid);

        const { status, body } = await api.get<Delivery>(`/deliveries/${delivery.deliveryUid}`);
        expect(status).toBe(200);
        const attempt = {
          startedAt: expect.stringMatching(ISO),
          durationMs: expect.any(Number),
          errorCode: null,
          errorMessage: null,
          trigger: 'SCHEDULE',
          orphaned: false,
        };
        expect(body).toEqual({
          ...delivery,
          event: {
            eventUid,
            action: 'ORDER_SETTLED',
            body: JSON.parse(request!.body.toString()) as object,
            occurredAt: occurredAt.toISOString(),
            sequence: Number(request!.headers['x-webhook-sequence']),
          },
          attempts: [
            {
              ...attempt,
              number: 1,
              responseStatusCode: 500,
              responseHeaders: expect.objectContaining({ 'x-trace': 'abc', 'set-cookie': '[redacted]' }),
              responseBody: 'out of paper',
            },
            {
              ...attempt,
              number: 2,
              responseStatusCode: 204,
              responseHeaders: expect.any(Object),
              responseBody: null,
            },
          ],
        });
      });
    },
    { worker: true },
  );
});
