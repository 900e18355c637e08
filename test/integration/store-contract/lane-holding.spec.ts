import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpTransportEntity } from '../../../lib/persistence/entities/http-transport.entity.js';
import type { LaneRelease, TakeRequest } from '../../../lib/persistence/lane-store.js';
import { eachDatabase } from '../../support/databases.js';
import { StoreFixture, type Row } from '../../support/store-fixture.js';

const LEASE_MS = 30_000;
const CALM = { consecutiveFailures: 0, ended: 0, rate: { used: 0, usedUntil: 0 } };

describe('LaneStore, holding lanes,', () => {
  eachDatabase((db) => {
    let fixture: StoreFixture;
    beforeAll(async () => {
      fixture = await StoreFixture.open(db());
    });
    beforeEach(() => fixture.empty());
    afterAll(() => fixture.close());

    const lanes = () => fixture.stores.lanes;
    const take = (request: Partial<TakeRequest> = {}) =>
      lanes().take({
        holder: 'me',
        limit: 100,
        leaseMs: LEASE_MS,
        overdueMs: 0,
        exceptTenants: [],
        ...request,
      });
    const release = (lane: Pick<LaneRelease, 'transportId' | 'leaseToken'> & Partial<LaneRelease>) =>
      lanes().release([{ version: null, dueAt: null, isEmpty: false, ...CALM, ...lane }]);
    /** A transport whose lane is due since `overdueMs`. */
    const due = async (
      overdueMs = 1_000,
      tenantUid = 'shop',
      settings: Partial<HttpTransportEntity> = {},
    ) => {
      const transport = await fixture.transport(tenantUid, settings);
      await setLane(transport, { due_at: fixture.database.now() - overdueMs });
      return transport;
    };
    const setLane = ({ id }: { id: number }, values: Row) =>
      fixture.set('webhook_lane', values, { transport_id: id });
    const lane = async ({ id }: { id: number }) =>
      (await fixture.rowsWith('webhook_lane', { transport_id: id }))[0]!;

    describe('holding', () => {
      it('tells what has happened to held lanes, and leaves out those that are gone', async () => {
        const [kept, gone] = [await due(), await due()];
        await take();
        await setLane(kept, { version: 9 });
        await fixture.removeTransport(gone);
        expect(await lanes().check([kept.id, gone.id])).toEqual([
          { transportId: kept.id, leaseToken: 1, version: 9, transportVersion: 1 },
        ]);
      });

      it('gives the present configuration of transports that are still there', async () => {
        const [kept, gone] = [
          await fixture.transport('shop', { maxConcurrency: 7 }),
          await fixture.transport(),
        ];
        await fixture.removeTransport(gone);
        const found = await lanes().transports([kept.id, gone.id]);
        expect([...found.keys()]).toEqual([kept.id]);
        expect(found.get(kept.id)).toMatchObject({
          httpTransportUid: kept.httpTransportUid,
          maxConcurrency: 7,
        });
      });

      it('extends leases that are still ours, and writes the state along', async () => {
        const [mine, lost, released] = [await due(3_000), await due(2_000), await due(1_000)];
        const taken = await take();
        await setLane(lost, { lease_token: 8 });
        await release({ ...taken[2]!, version: null });
        const state = { consecutiveFailures: 2, ended: 5, rate: { used: 3, usedUntil: 4 }, leaseMs: 90_000 };
        const renewed = await lanes().renew(taken.map((one) => ({ ...one, ...state })));
        expect([...renewed]).toEqual([mine.id]);
        const row = await lane(mine);
        expect(Number(row['due_at']) - fixture.database.now()).toBeGreaterThan(80_000);
        expect(row).toMatchObject({
          due_at: row['lease_until'],
          consecutive_failures: 2,
          ended: 5,
          rate_used: 3,
          rate_used_until: 4,
        });
        expect(await lane(released)).toMatchObject({ holder: null, consecutive_failures: 0 });
      });

      it('extends a lease that has ended, as long as nobody else took the lane', async () => {
        const transport = await due();
        await take();
        await setLane(transport, { due_at: 1, lease_until: 1 });
        const held = { transportId: transport.id, leaseToken: 1, leaseMs: LEASE_MS, ...CALM };
        expect(await lanes().renew([held])).toEqual(new Set([transport.id]));
        expect(await take({ holder: 'another' })).toEqual([]);
      });

      it('finds the bodies of events', async () => {
        const ids = await fixture.emit(
          { eventUid: 'a', body: '{"n":1}' },
          { eventUid: 'b', body: '{"n":2}' },
        );
        const contents = await lanes().contents([ids[1]!, ids[0]!, 987_654], 1_000);
        expect(contents).toEqual([
          { eventId: ids[0], eventUid: 'a', action: 'ORDER_SETTLED', body: '{"n":1}' },
          { eventId: ids[1], eventUid: 'b', action: 'ORDER_SETTLED', body: '{"n":2}' },
        ]);
      });

      it('brings no more bodies than asked for and one, the oldest first, counted in bytes', async () => {
        const ids = await fixture.emit({ body: '{"n":"ä"}' }, { body: '{"n":"ö"}' }, { body: '{"n":"ü"}' });
        const found = async (leastBytes: number) =>
          (await lanes().contents([...ids].reverse(), leastBytes)).map(({ eventId }) => eventId);
        expect(await found(1)).toEqual(ids.slice(0, 1));
        expect(await found(10)).toEqual(ids.slice(0, 1));
        expect(await found(11)).toEqual(ids.slice(0, 2));
        expect(await found(21)).toEqual(ids);
      });
    });

    describe('giving back', () => {
      it('frees the lane, with its state, until the date that the holder names', async () => {
        const transport = await due();
        const [taken] = await take();
        const dueAt = fixture.database.now() + 60_000;
        const state = { consecutiveFailures: 5, rate: { used: 6, usedUntil: 7 } };
        expect(await release({ ...taken!, ...state, version: taken!.version, dueAt })).toEqual(
          new Set([transport.id]),
        );
        expect(await lane(transport)).toMatchObject({
          holder: null,
          lease_until: 0,
          due_at: dueAt,
          consecutive_failures: 5,
          rate_used: 6,
          rate_used_until: 7,
        });
      });

      it('lets an empty lane sleep until it is told', async () => {
        const transport = await due();
        const [taken] = await take();
        await release({ ...taken!, dueAt: null });
        expect(await lane(transport)).toMatchObject({ holder: null, due_at: null });
      });

      it('fails when work was added after the last scan, unless the version does not matter', async () => {
        const transport = await fixture.transport();
        await fixture.webhook(transport);
        await fixture.queue({});
        const [taken] = await take();
        await fixture.queue({});
        expect(await release({ ...taken!, version: taken!.version, dueAt: null })).toEqual(new Set());
        expect(await lane(transport)).toMatchObject({ holder: 'me', version: taken!.version + 1 });
        expect(await release({ ...taken!, version: taken!.version + 1, dueAt: null })).toEqual(
          new Set([transport.id]),
        );
        await fixture.queue({});
        const [again] = await take();
        await fixture.queue({});
        expect(await release({ ...again!, version: null, dueAt: 1 })).toEqual(new Set([transport.id]));
      });

      it('writes how many have ended, and that all have when the lane is empty; who takes it goes on from there', async () => {
        const transport = await fixture.transport();
        await fixture.webhook(transport);
        await fixture.queue({}, {}, {});
        const counts = async () => {
          const { queued, ended } = await lane(transport);
          return [queued, ended];
        };
        const [first] = await take();
        expect(first!.ended).toBe(0);
        await lanes().renew([{ ...first!, leaseMs: LEASE_MS, ended: 1 }]);
        await lanes().renew([{ ...first!, leaseMs: LEASE_MS, ended: 1 }]);
        expect(await counts()).toEqual([3, 1]);
        await release({ ...first!, ended: 2, dueAt: 1 });
        await release({ ...first!, ended: 3, dueAt: 1 });
        expect(await counts()).toEqual([3, 2]);

        const [second] = await take();
        expect(second!.ended).toBe(2);
        await lanes().renew([{ ...first!, leaseMs: LEASE_MS, ended: 9 }]);
        // Found empty, and then something came: it is not.
        await fixture.queue({});
        const empty = { ...second!, ended: 2, dueAt: null, isEmpty: true };
        expect(await release(empty)).toEqual(new Set());
        expect(await counts()).toEqual([4, 2]);
        expect(await release({ ...empty, version: second!.version + 1 })).toEqual(new Set([transport.id]));
        expect(await counts()).toEqual([4, 4]);
      });

      it('fails for somebody who has lost the lane, or gave it back already', async () => {
        const transport = await due();
        const [taken] = await take({ holder: 'first' });
        await setLane(transport, { due_at: 1, lease_until: 1 });
        const [again] = await take({ holder: 'second' });
        expect(await release({ ...taken!, version: null })).toEqual(new Set());
        expect(await lane(transport)).toMatchObject({ holder: 'second' });
        expect(await release({ ...again!, version: null })).toEqual(new Set([transport.id]));
        expect(await release({ ...again!, version: null })).toEqual(new Set());
      });

      it('names no date before the end of a block', async () => {
        const [blocked, idle] = [await due(2_000), await due(1_000)];
        const taken = await take();
        for (const transport of [blocked, idle])
          await setLane(transport, { blocked_until: 9_999_999_999_999 });
        await release({ ...taken[0]!, version: null, dueAt: 5 });
        await release({ ...taken[1]!, version: null, dueAt: null });
        expect(await lane(blocked)).toMatchObject({ due_at: 9_999_999_999_999 });
        expect(await lane(idle)).toMatchObject({ due_at: null });
      });

      it('loses no delivery to a fan-out at the same moment', async () => {
        const transport = await fixture.transport();
        await fixture.webhook(transport);
        await setLane(transport, { due_at: 1 });
        for (let round = 0; round < 25; round++) {
          const [taken] = await take();
          const [[reading]] = await Promise.all([
            lanes().read(
              [{ transportId: transport.id, after: { dueAt: -1, deliveryId: -1 }, limit: 1_000 }],
              fixture.database.now() + 1_000,
            ),
            fixture.queue({}),
          ]);
          const released = await release({ ...taken!, version: reading!.version, dueAt: null });
          const row = await lane(transport);
          const hasUnread = (await fixture.rows('webhook_queue')).length > reading!.rows.length;
          if (hasUnread) expect([released.size, row['holder']]).toEqual([0, 'me']);
          if (released.size === 0) await release({ ...taken!, version: null, dueAt: 1 });
          else await setLane(transport, { due_at: 1 });
        }
      });
    });
  });
});
