import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpTransportEntity } from '../../../lib/persistence/entities/http-transport.entity.js';
import type { ListedDelivery } from '../../../lib/persistence/ports/delivery-store.js';
import type { QueuedDelivery } from '../../../lib/persistence/ports/lane-store.js';
import {
  DeliveryRepository,
  type DeliveryFilter,
} from '../../../lib/persistence/repositories/delivery.repository.js';
import { delivered, failed, group, retried } from '../../support/attempt-records.js';
import { eachDatabase } from '../../support/databases.js';
import { StoreFixture } from '../../support/store-fixture.js';

describe('DeliveryStore', () => {
  eachDatabase((db) => {
    let fixture: StoreFixture;
    let deliveries: DeliveryRepository;
    let transport: HttpTransportEntity;
    beforeAll(async () => {
      fixture = await StoreFixture.open(db());
      deliveries = new DeliveryRepository(fixture.database, fixture.stores);
    });
    beforeEach(async () => {
      await fixture.empty();
      transport = await fixture.transport();
    });
    afterAll(() => fixture.close());

    const record = (...attempts: ReturnType<typeof delivered>[]) =>
      fixture.stores.records.record(group({ attempts }));
    const tenantId = async (): Promise<number> =>
      Number((await fixture.rowsWith('webhook_tenant', { tenant_uid: 'shop' }))[0]!['id']);
    const moveBack = async (ids: readonly number[], now = fixture.database.now()) =>
      fixture.stores.deliveries.moveBack(await tenantId(), ids, now);
    const list = async (filter: DeliveryFilter = {}, limit = 1_000): Promise<readonly ListedDelivery[]> =>
      (await deliveries.newest('shop', filter, { limit })).items;

    /** All pages, each as long as `limit` at most. */
    const walk = async (filter: DeliveryFilter, limit: number): Promise<{ ids: number[]; pages: number }> => {
      const ids: number[] = [];
      let beforeId: number | undefined;
      for (let pages = 1; ; pages++) {
        const { items, searchedTo } = await deliveries.newest('shop', filter, { beforeId, limit });
        ids.push(...items.map(({ id }) => id));
        beforeId = items.length === limit ? items.at(-1)!.id : (searchedTo ?? undefined);
        if (beforeId === undefined) return { ids, pages };
      }
    };

    it('explains deliveries from the table in which they are, and leaves out those that were deleted', async () => {
      await fixture.webhook(transport);
      await fixture.queue({}, {});
      const [first, second] = (await fixture.due(transport)) as [QueuedDelivery, QueuedDelivery];
      await record(delivered(first));
      const placeOf = (id: number) => ({ id, webhookId: 0, transportId: transport.id });
      const listed = await fixture.stores.explain.listed(
        await tenantId(),
        [first.deliveryId, second.deliveryId, second.deliveryId + 1].map(placeOf),
      );
      expect(listed.map(({ id, status }) => [id, status]).sort()).toEqual([
        [first.deliveryId, 'DELIVERED'],
        [second.deliveryId, 'PENDING'],
      ]);
    });

    describe('for redelivery', () => {
      let ended: QueuedDelivery;
      beforeEach(async () => {
        await fixture.webhook(transport, { ordered: true });
        await fixture.queue({ orderingKey: 'k' });
        [ended] = (await fixture.due(transport)) as [QueuedDelivery];
      });

      it('moves a delivery back to the queue, with its creation date, its attempts and no ordering key', async () => {
        const [before] = await list();
        await record(retried(ended, ended.dueAt + 1));
        await record(failed({ ...ended, attempts: 1, dueAt: ended.dueAt + 1 }, 'EXHAUSTED'));
        const attempts = await fixture.attempts();
        const now = ended.dueAt + 99_000;

        expect(await moveBack([ended.deliveryId], now)).toEqual(new Set([ended.deliveryId]));
        expect(await fixture.rows('webhook_delivery')).toEqual([]);
        expect(await fixture.rows('webhook_queue')).toMatchObject([
          { delivery_id: ended.deliveryId, due_at: now, attempts: 2, ordering_key: null },
        ]);
        expect(await fixture.attempts()).toEqual(attempts);
        expect(await list()).toEqual([
          {
            ...before,
            status: 'PENDING',
            attempts: 2,
            dueAt: now,
            lastStatusCode: null,
            lastErrorCode: 'TIMEOUT',
          },
        ]);
        expect(await fixture.rows('webhook_lane')).toMatchObject([{ due_at: ended.dueAt, version: 2 }]);
      });

      it('numbers the next attempt after those before, and logs the delivery once more', async () => {
        await record(failed(ended, 'EXHAUSTED'));
        await moveBack([ended.deliveryId], 7_000);
        const [again] = await fixture.due(transport);
        expect(again).toMatchObject({ deliveryId: ended.deliveryId, attempts: 1, behind: false });
        await record(delivered(again!));
        expect(await list()).toMatchObject([{ id: ended.deliveryId, status: 'DELIVERED', attempts: 2 }]);
        expect((await fixture.attempts()).map((row) => row['number'])).toEqual([1, 2]);
      });

      it.each([
        ['the redelivery fails', (row: QueuedDelivery) => record(failed(row, 'EXHAUSTED'))],
        ['its transport is deleted', () => fixture.removeTransport(transport)],
      ])('keeps a delivery that once succeeded as DELIVERED if %s', async (_, end) => {
        await record(delivered(ended));
        await moveBack([ended.deliveryId], 7_000);
        await end((await fixture.due(transport))[0]!);
        expect(await list()).toMatchObject([{ status: 'DELIVERED', reason: null }]);
      });

      it('neither holds back newer events of the ordering key nor waits for them', async () => {
        await record(failed(ended, 'EXHAUSTED'));
        await moveBack([ended.deliveryId], 7_000);
        await fixture.queue({ orderingKey: 'k' });
        const due = await fixture.due(transport);
        expect(due.map(({ attempts, behind }) => [attempts, behind])).toEqual([
          [1, false],
          [0, false],
        ]);
      });

      it('recognizes the last attempt if its outcome is written once more, and does not count it twice', async () => {
        const outcome = failed(ended, 'EXHAUSTED');
        await record(outcome);
        await moveBack([ended.deliveryId], 7_000);
        const before = [await fixture.attempts(), await fixture.deliveries()];
        expect(await record(outcome)).toEqual({
          orphaned: new Set(),
          locked: new Set(),
          requested: new Set(),
        });
        expect([await fixture.attempts(), await fixture.deliveries()]).toEqual(before);
      });

      it("leaves pending deliveries, other tenants' deliveries and those of deleted transports where they are", async () => {
        const other = await fixture.transport('elsewhere');
        await fixture.webhook(other);
        await fixture.queue({ tenantUid: 'elsewhere' });
        const [foreign] = await fixture.due(other);
        await record(delivered(foreign!));
        expect(await moveBack([ended.deliveryId, foreign!.deliveryId, 1])).toEqual(new Set());
        await record(delivered(ended));
        await fixture.removeTransport(transport);
        expect(await moveBack([ended.deliveryId])).toEqual(new Set());
        expect(await fixture.rows('webhook_delivery')).toHaveLength(2);
      });

      it('gives a missed delivery its first attempt', async () => {
        await fixture.changeState(transport, 'DISABLED');
        const [missedEvent] = await fixture.queue({});
        const [missed] = await list({ status: 'MISSED' });
        expect(missed).toMatchObject({ eventId: missedEvent, reason: 'TRANSPORT_DISABLED' });
        await fixture.changeState(transport, 'ACTIVE');
        await moveBack([missed!.id], 7_000);
        expect(await fixture.rowsWith('webhook_queue', { delivery_id: missed!.id })).toMatchObject([
          { attempts: 0, due_at: 7_000 },
        ]);
        expect(await fixture.attempts()).toEqual([]);
      });
    });

    describe('as a list', () => {
      it('shows each delivery that existed at the start exactly once, while deliveries end, come and are redelivered', async () => {
        const other = await fixture.transport();
        for (const one of [transport, other]) await fixture.webhook(one);
        await fixture.queue(...Array.from({ length: 150 }, () => ({})));
        const atStart = (await list()).map(({ id }) => id);
        expect(atStart).toHaveLength(300);

        let isOver = false;
        const move = async (): Promise<number> => {
          for (let moves = 0; ; moves++) {
            if (isOver) return moves;
            const due = [...(await fixture.due(transport)), ...(await fixture.due(other))];
            await record(...due.filter(() => Math.random() < 0.5).map((row) => delivered(row)));
            const ended = (await fixture.rows('webhook_delivery')).map((row) => Number(row['id']));
            await moveBack(ended.filter(() => Math.random() < 0.5));
            if (moves % 5 === 0) await fixture.queue({});
          }
        };
        const moving = move();
        const seen: number[][] = [];
        for (let round = 0; round < 8; round++) seen.push((await walk({}, 7)).ids);
        const ofOne = (await walk({ httpTransportUid: transport.httpTransportUid }, 7)).ids;
        isOver = true;
        expect(await moving).toBeGreaterThan(5);

        const known = new Set(atStart);
        for (const ids of seen) expect(ids.filter((id) => known.has(id))).toEqual(atStart);
        expect(ofOne.filter((id) => known.has(id))).toHaveLength(150);
      }, 60_000);

      it('names deleted transports and webhooks, and finds them by uid next to new ones of that uid', async () => {
        await fixture.webhook(transport, { webhookUid: 'orders' });
        await fixture.queue({});
        await record(...(await fixture.due(transport)).map((row) => delivered(row)));
        await fixture.queue({});
        expect(await fixture.removeTransport(transport)).toBe(true);
        const again = await fixture.transport('shop', {
          httpTransportUid: transport.httpTransportUid,
        });
        await fixture.webhook(again, { webhookUid: 'orders' });
        await fixture.queue({});

        const { httpTransportUid } = transport;
        const expected = [
          { httpTransportUid, webhookUid: 'orders', status: 'PENDING', reason: null },
          { httpTransportUid, webhookUid: 'orders', status: 'CANCELLED', reason: 'TRANSPORT_DELETED' },
          { httpTransportUid, webhookUid: 'orders', status: 'DELIVERED', reason: null },
        ];
        expect(await list()).toMatchObject(expected);
        expect(await list({ httpTransportUid })).toMatchObject(expected);
        expect(await list({ webhookUid: 'orders' })).toMatchObject(expected);
        expect(await list({ httpTransportUid: 'nobody' })).toEqual([]);
        expect(await list({ webhookUid: 'nobody' })).toEqual([]);
        expect((await deliveries.newest('elsewhere', { httpTransportUid }, { limit: 9 })).items).toEqual([]);
      });

      it('keeps a tombstone with the uid for a deleted transport and for each of its webhooks', async () => {
        await fixture.webhook(transport, { webhookUid: 'orders' });
        await fixture.removeTransport(transport);
        const tombstones = await fixture.rows('webhook_tombstone');
        const common = {
          tenant_uid: 'shop',
          transport_id: transport.id,
          deleted_at: expect.any(Number),
        };
        expect(tombstones).toEqual([
          { ...common, kind: 'HTTP_TRANSPORT', id: transport.id, uid: transport.httpTransportUid },
          { ...common, kind: 'WEBHOOK', id: expect.any(Number), uid: 'orders' },
        ]);
      });

      it('finds one delivery, pending or ended, of its tenant only', async () => {
        await fixture.webhook(transport);
        await fixture.queue({});
        const [row] = (await fixture.due(transport)) as [QueuedDelivery];
        const find = (tenantUid: string) => deliveries.find(tenantUid, row.deliveryId);
        expect(await find('shop')).toMatchObject({ id: row.deliveryId, status: 'PENDING' });
        await fixture.transport('elsewhere');
        expect([await find('elsewhere'), await find('nobody')]).toEqual([undefined, undefined]);
        await record(delivered(row));
        expect(await find('shop')).toMatchObject({ id: row.deliveryId, status: 'DELIVERED' });
        expect(await find('elsewhere')).toBeUndefined();
      });

      it('shows the attempts of a delivery, newest first, whether the log or a row of its own holds them', async () => {
        await fixture.webhook(transport);
        await fixture.queue({});
        const [row] = (await fixture.due(transport)) as [QueuedDelivery];
        await record(retried(row, row.dueAt + 1));
        await record(delivered({ ...row, attempts: 1, dueAt: row.dueAt + 1 }));
        const [found] = await list();
        expect(await deliveries.attempts(found!, 10)).toMatchObject([
          { number: 2, responseStatusCode: 204, trigger: 'SCHEDULE', orphaned: false },
          { number: 1, responseStatusCode: 500, responseBody: 'no', orphaned: false },
        ]);
        expect(await deliveries.attempts(found!, 1)).toMatchObject([{ number: 2 }]);
      });
    });

    describe('as a long list', () => {
      const ENDED = 20_000;
      const RARE_EVERY = 4_999;
      beforeEach(async () => {
        await fixture.webhook(transport);
        const [eventId, rareId] = await fixture.emit({}, { action: 'TILL_CLOSED' });
        const [tenant] = await fixture.rows('webhook_tenant');
        const first = 1_000_000_000;
        await fixture.query(
          `INSERT INTO ${fixture.database.table('webhook_delivery')} (id, tenant_id, event_id, transport_id, webhook_id, status,
             attempts, created_at, finished_at)
           WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ENDED})
           SELECT ${first} + i, ${tenant!['id']}, CASE WHEN i % ${RARE_EVERY} = 0 THEN ${rareId} ELSE ${eventId} END,
                  ${transport.id}, 1, CASE WHEN i = 7 THEN 'FAILED' ELSE 'MISSED' END, 0, i * 60000, i * 60000 FROM n`,
        );
      });

      it('looks at a bounded number of rows for a page, and says where to go on', async () => {
        const { items, searchedTo } = await deliveries.newest(
          'shop',
          { action: 'TILL_CLOSED' },
          { limit: 26 },
        );
        expect(items.length).toBeLessThanOrEqual(1);
        expect(searchedTo).not.toBeNull();
        const { ids, pages } = await walk({ action: 'TILL_CLOSED' }, 26);
        expect(ids).toHaveLength(4);
        expect(pages).toBeGreaterThan(3);
      });

      it('finds a rare status at once', async () => {
        const { ids, pages } = await walk({ status: 'FAILED' }, 26);
        expect([ids.length, pages]).toEqual([1, 1]);
      });

      it('finds a period at once, wherever it is', async () => {
        const period = { createdFrom: 500 * 60_000, createdTo: 509 * 60_000 };
        const { ids, pages } = await walk(period, 26);
        expect(ids).toHaveLength(10);
        expect(pages).toBe(1);
      });

      it('fills the pages of a filter also for a tenant with thousands of transports', async () => {
        const others = 3_000;
        const names = (await fixture.rows('webhook_http_transport'))[0]!;
        const copied = Object.keys(names)
          .filter((name) => !['id', 'http_transport_uid'].includes(name))
          .join(', ');
        const table = fixture.database.table('webhook_http_transport');
        await fixture.query(
          `INSERT INTO ${table} (http_transport_uid, ${copied})
           WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${others})
           SELECT 'copy-' || i, ${copied} FROM n CROSS JOIN ${table} t WHERE t.id = ${transport.id}`,
        );
        const { items } = await deliveries.newest('shop', { createdTo: 15_000 * 60_000 }, { limit: 26 });
        expect(items).toHaveLength(26);
      });
    });
  });
});
