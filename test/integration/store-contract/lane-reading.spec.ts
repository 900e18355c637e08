import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpTransportEntity } from '../../../lib/persistence/entities/http-transport.entity.js';
import type { LaneReadRequest } from '../../../lib/persistence/ports/lane-store.js';
import { eachDatabase } from '../../support/databases.js';
import { StoreFixture } from '../../support/store-fixture.js';

const HEAD = { dueAt: -1, deliveryId: -1 };

describe('LaneStore, reading lanes,', () => {
  eachDatabase((db) => {
    let fixture: StoreFixture;
    let transport: HttpTransportEntity;
    let now: number;
    beforeAll(async () => {
      fixture = await StoreFixture.open(db());
    });
    beforeEach(async () => {
      await fixture.empty();
      transport = await fixture.transport();
      await fixture.webhook(transport, { ordered: true });
      now = fixture.database.now() + 1_000;
    });
    afterAll(() => fixture.close());

    const read = (...requests: Partial<LaneReadRequest>[]) =>
      fixture.stores.lanes.read(
        requests.map((request) => ({ transportId: transport.id, after: HEAD, limit: 100, ...request })),
        now,
      );
    /** Queues a delivery for each date. Each has an ordering key of its own, so that none is behind another. @returns the ids of the events */
    const queueAt = async (...dueAt: number[]): Promise<number[]> => {
      const ids = await fixture.queue(...dueAt.map((_, index) => ({ orderingKey: `key-${index}` })));
      for (const [index, id] of ids.entries())
        await fixture.set('webhook_queue', { due_at: dueAt[index]! }, { event_id: id });
      return ids;
    };
    const eventsOf = (reading?: { rows: readonly { eventId: number }[] }) =>
      reading?.rows.map(({ eventId }) => eventId);

    it('returns due deliveries, by date and then by number, with everything that sending needs', async () => {
      const [late, notDue, early, same] = await queueAt(now - 5, now + 1, now - 50, now - 5);
      const [reading] = await read({});
      expect(eventsOf(reading)).toEqual([early, late, same]);
      expect(eventsOf(reading)).not.toContain(notDue);
      const [row] = await fixture.rowsWith('webhook_queue', { event_id: early! });
      expect(reading!.rows[0]).toEqual({
        transportId: transport.id,
        dueAt: now - 50,
        deliveryId: row!['delivery_id'],
        eventId: early,
        attempts: 0,
        orderingKey: 'key-2',
        behind: false,
        lostAttempts: 0,
        notedToken: null,
        requested: null,
      });
      expect(reading).toMatchObject({ transportId: transport.id, version: 1, nextDueAt: now + 1 });
    });

    it('returns for each delivery the token with which it was noted, and how many of its attempts were lost', async () => {
      const [lost, noted, clean] = await queueAt(now - 30, now - 20, now - 10);
      await fixture.set('webhook_queue', { lost_attempts: 2 }, { event_id: lost! });
      await fixture.set('webhook_queue', { noted_token: 7 }, { event_id: noted! });
      expect((await read({}))[0]!.rows).toMatchObject([
        { eventId: lost, lostAttempts: 2, notedToken: null, requested: null },
        { eventId: noted, lostAttempts: 0, notedToken: 7, requested: null },
        { eventId: clean, lostAttempts: 0, notedToken: null, requested: null },
      ]);
    });

    it('goes on strictly after the cursor, to the end', async () => {
      await queueAt(...Array.from({ length: 25 }, (_, index) => now - 100 + (index % 4)));
      const all = (await read({}))[0]!.rows;
      const found: number[] = [];
      let after = HEAD;
      for (;;) {
        const [reading] = await read({ after, limit: 7 });
        found.push(...reading!.rows.map(({ deliveryId }) => deliveryId));
        if (reading!.rows.length < 7) break;
        after = reading!.rows.at(-1)!;
      }
      expect(found).toEqual(all.map(({ deliveryId }) => deliveryId));
    });

    it('returns the date of the first delivery that is not due yet, also when none is due', async () => {
      expect((await read({}))[0]).toMatchObject({ rows: [], nextDueAt: null });
      await queueAt(now + 500, now + 100);
      expect((await read({}))[0]).toMatchObject({ rows: [], nextDueAt: now + 100 });
    });

    it('reads many lanes at once, each from its own cursor and up to its own limit', async () => {
      const other = await fixture.transport('other');
      await fixture.webhook(other);
      await fixture.queue(...Array.from({ length: 5 }, () => ({ tenantUid: 'other' })));
      const [first] = await queueAt(now - 30, now - 20, now - 10);
      const idle = await fixture.transport();
      const readings = await read(
        { transportId: other.id, limit: 2 },
        { after: { dueAt: now - 30, deliveryId: Number.MAX_SAFE_INTEGER } },
        { transportId: idle.id },
        { transportId: 987_654 },
      );
      const byTransport = new Map(readings.map((reading) => [reading.transportId, reading]));
      expect([...byTransport.keys()].sort((a, b) => a - b)).toEqual(
        [transport.id, other.id, idle.id].sort((a, b) => a - b),
      );
      expect(byTransport.get(other.id)!.rows).toHaveLength(2);
      expect(byTransport.get(transport.id)!.rows).toHaveLength(2);
      expect(eventsOf(byTransport.get(transport.id))).not.toContain(first);
      expect(byTransport.get(idle.id)).toEqual({
        transportId: idle.id,
        version: 0,
        requestsVersion: 0,
        nextDueAt: null,
        rows: [],
      });
    });

    it('says which deliveries are behind an earlier one of their key, regardless of their dates', async () => {
      const ids = await fixture.queue(
        { orderingKey: 'k' },
        { orderingKey: 'k' },
        { orderingKey: 'other' },
        { orderingKey: 'k' },
        {},
        {},
      );
      const behind = async () =>
        (await read({}))[0]!.rows.filter((row) => row.behind).map(({ eventId }) => eventId);
      expect(await behind()).toEqual([ids[1], ids[3], ids[5]]);
      // The head waits for its next try: those behind it wait as well.
      await fixture.set('webhook_queue', { due_at: now + 60_000 }, { event_id: ids[0]! });
      expect(await behind()).toEqual([ids[1], ids[3], ids[5]]);
    });

    it('never says that an unordered delivery is behind another one', async () => {
      const unordered = await fixture.transport('unordered');
      await fixture.webhook(unordered);
      await fixture.queue(
        { tenantUid: 'unordered', orderingKey: 'k' },
        { tenantUid: 'unordered', orderingKey: 'k' },
      );
      expect((await read({ transportId: unordered.id }))[0]!.rows).toMatchObject([
        { behind: false, orderingKey: null },
        { behind: false, orderingKey: null },
      ]);
    });

    it('returns the version of exactly the state that it read', async () => {
      const versions: [number, number][] = [];
      const reader = async () => {
        for (let count = 0; count < 30; count++) {
          const [reading] = await read({ limit: 1_000 });
          versions.push([reading!.version, reading!.rows.length]);
        }
      };
      const writer = async () => {
        for (let count = 0; count < 30; count++) await fixture.queue({ orderingKey: `key-${count}` });
      };
      await Promise.all([reader(), writer()]);
      // Every fan-out added one delivery and one version, together.
      for (const [version, rows] of versions) expect(rows).toBe(version);
    });
  });
});
