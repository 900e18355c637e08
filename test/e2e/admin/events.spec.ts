import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { WebhookEvents } from 'nestjs-tillhook';
import type { ApiClient } from '../../support/api-client.js';
import { eachDatabase } from '../../support/databases.js';
import { newTenant } from '../../support/each-host.js';
import { eventually } from '../../support/eventually.js';
import { seedEvents, type SeededEvents } from '../../support/seed-events.js';
import { TestHost } from '../../support/test-host.js';

interface EventList {
  items: { eventUid: string; fannedOut: boolean; hasDeliveries: boolean; [field: string]: unknown }[];
  paging: { pageSize: number; nextCursor: string | null };
}

const HOUR_MS = 3_600_000;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
/** Date of the first event of each test: far in the past, so that seeded events are not fanned out. */
const START = Date.UTC(2026, 0, 1);
/** Rows that a page with a filter reads at most. */
const SEARCHED = 5_000;

describe('the list of events', () => {
  eachDatabase((database) => {
    let host: TestHost;
    let tenantUid: string;
    let api: ApiClient;

    beforeAll(async () => {
      host = await TestHost.start({ database: database() });
    });
    afterAll(() => host?.close());
    beforeEach(() => {
      tenantUid = newTenant();
      api = host.api(tenantUid);
    });

    const seed = (events: Partial<SeededEvents>): Promise<void> =>
      seedEvents(host.dataSource, { tenantUid, count: 1, createdAt: START, ...events });
    const emit = (action: 'ORDER_SETTLED', data: { order: { Uid: string } }, orderingKey?: string) =>
      host.emitter.emit(action, data, { tenantUid, ...(orderingKey !== undefined && { orderingKey }) });
    const list = async (query = ''): Promise<EventList> => {
      const { status, body } = await api.get<EventList>(`/webhookevents${query}`);
      expect([query, status]).toEqual([query, 200]);
      return body;
    };
    const uids = async (query: string): Promise<string[]> =>
      (await list(query)).items.map(({ eventUid }) => eventUid);

    it('lists the newest first, with every field, also an event that no webhook matched', async () => {
      await api.post('/httptransports', {
        httpTransportUid: 'erp',
        name: 'x',
        url: 'https://erp.example.com',
      });
      await api.request('POST', '/httptransports/erp/pause');
      await emit('ORDER_SETTLED', { order: { Uid: '1' } }, 'a');
      await eventually(async () => (await list()).items[0]?.fannedOut);
      await api.post('/httptransports/erp/webhooks', { action: '*' });
      const { eventUid } = await emit('ORDER_SETTLED', { order: { Uid: '2' } });
      await eventually(async () => (await list()).items[0]?.hasDeliveries);

      const { items, paging } = await list();
      expect(paging).toEqual({ pageSize: 25, nextCursor: null });
      expect(items).toEqual([
        {
          eventUid,
          action: 'ORDER_SETTLED',
          occurredAt: expect.stringMatching(ISO),
          createdAt: expect.stringMatching(ISO),
          sequence: expect.any(Number),
          orderingKey: null,
          fannedOut: true,
          hasDeliveries: true,
        },
        expect.objectContaining({ orderingKey: 'a', fannedOut: true, hasDeliveries: false }),
      ]);
    });

    it('is read page by page, while new events arrive, without gap or repetition', async () => {
      await seed({ count: 7 });
      const read: string[] = [];
      let cursor: string | null = null;
      do {
        const { items, paging }: EventList = await list(`?pageSize=3${cursor ? `&cursor=${cursor}` : ''}`);
        read.push(...items.map(({ eventUid }) => eventUid));
        cursor = paging.nextCursor;
        await seed({ prefix: `late-${read.length}` });
      } while (cursor);
      expect(read).toEqual([7, 6, 5, 4, 3, 2, 1].map((index) => `event-${index}`));
    });

    it('is filtered by action, event, reference and time', async () => {
      await seed({ count: 3, everyMs: HOUR_MS });
      const body = `'{"order":{"Id":7123,"Uid":"700"},"line":{"order":{"Uid":"9"}}}'`;
      await seed({ prefix: 'till', action: 'TILL_OPEN', body, createdAt: START + 3 * HOUR_MS });
      await seed({ prefix: 'damaged', body: `'{"order":{"Uid":"700"}'`, createdAt: START + 4 * HOUR_MS });
      const at = (hours: number): string => new Date(START + hours * HOUR_MS).toISOString();

      expect(await uids('?action=TILL_OPEN')).toEqual(['till-1']);
      expect(await uids('?eventUid=event-2')).toEqual(['event-2']);
      expect(await uids('?eventUid=event-2&action=TILL_OPEN')).toEqual([]);
      expect(await uids('?reference=700')).toEqual(['till-1']);
      expect(await uids('?reference=7123')).toEqual(['till-1']);
      expect(await uids('?reference=9')).toEqual([]);
      expect(await uids(`?reference=${tenantUid}`)).toEqual([]);
      expect(await uids(`?createdFrom=${at(1)}&createdTo=${at(2)}`)).toEqual(['event-3', 'event-2']);
      expect(await uids(`?createdTo=${at(0)}`)).toEqual(['event-1']);
      expect(await uids(`?createdFrom=${at(1)}&reference=2`)).toEqual(['event-2']);
    });

    it('has no event of another tenant', async () => {
      await seed({ count: 2 });
      const other = host.api(newTenant());
      for (const query of ['', '?eventUid=event-1', '?reference=1']) {
        const { body } = await other.get<EventList>(`/webhookevents${query}`);
        expect(body.items).toEqual([]);
      }
    });

    it('reads a bounded number of events: a page may be empty and have a next one', async () => {
      await seed({ prefix: 'rare', action: 'TILL_OPEN' });
      await seed({ count: SEARCHED });
      const { items, paging } = await list('?action=TILL_OPEN');
      expect(items).toEqual([]);
      expect(await uids(`?action=TILL_OPEN&cursor=${paging.nextCursor}`)).toEqual(['rare-1']);
    });

    it('reads a bounded number of bytes to find a reference', async () => {
      const filler = database().kind === 'postgres' ? `repeat('x', 250000)` : `printf('%.*c', 250000, 'x')`;
      await seed({ prefix: 'rare', body: `'{"order":{"Uid":"rare"}}'` });
      await seed({ count: 40, body: `'{"order":{"Uid":"' || ${filler} || '"}}'` });
      const { items, paging } = await list('?reference=rare');
      expect(items).toEqual([]);
      expect(await uids(`?reference=rare&cursor=${paging.nextCursor}`)).toEqual(['rare-1']);
    });

    it('refuses an impossible period and an unknown parameter; its cursor is refused by another list', async () => {
      await seed({ count: 2 });
      const { nextCursor } = (await list('?pageSize=1')).paging;
      const future = new Date(Date.now() + HOUR_MS).toISOString();
      const refused: [string, string][] = [
        [
          '/webhookevents?createdFrom=2026-03-14T00:00:01Z&createdTo=2026-03-14T00:00:00Z',
          'VALIDATION_FAILED',
        ],
        [`/webhookevents?createdFrom=${future}`, 'VALIDATION_FAILED'],
        ['/webhookevents?reference=', 'VALIDATION_FAILED'],
        ['/webhookevents?status=FAILED', 'VALIDATION_FAILED'],
        [`/deliveries?cursor=${nextCursor}`, 'INVALID_CURSOR'],
      ];
      for (const [path, code] of refused) {
        const { status, body } = await api.get<{ code: string }>(path);
        expect([path, status, body.code]).toEqual([path, 400, code]);
      }
    });

    it('is the same from code', async () => {
      await seed({ count: 3, everyMs: HOUR_MS });
      const events = host.app.get(WebhookEvents, { strict: false });
      expect(await events.list(tenantUid, { createdFrom: new Date(START + HOUR_MS), pageSize: 1 })).toEqual(
        await list(`?createdFrom=${new Date(START + HOUR_MS).toISOString()}&pageSize=1`),
      );
    });
  });
});
