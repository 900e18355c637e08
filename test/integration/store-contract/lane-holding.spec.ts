import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eachDatabase } from '../../support/databases.js';
import { CALM, LaneFixture, LEASE_MS } from '../../support/lane-fixture.js';
import { StoreFixture } from '../../support/store-fixture.js';

describe('LaneStore, holding lanes,', () => {
  eachDatabase((db) => {
    let fixture: StoreFixture;
    let lane: LaneFixture;
    beforeAll(async () => {
      fixture = await StoreFixture.open(db());
      lane = new LaneFixture(fixture);
    });
    beforeEach(() => fixture.empty());
    afterAll(() => fixture.close());

    const lanes = () => fixture.stores.lanes;
    const due = (overdueMs?: number) => lane.due(overdueMs);

    describe('holding', () => {
      it('reads versions, fencing tokens and whether a lane is held, and leaves out lanes that were deleted', async () => {
        const [kept, released, gone] = [await due(3_000), await due(2_000), await due(1_000)];
        const claimed = await lane.claim();
        await lane.set(kept, { version: 9, requests_version: 8 });
        await lane.release(claimed[1]!, { version: null });
        await fixture.removeTransport(gone);
        const check = { leaseToken: 1, transportVersion: 1 };
        expect(await lanes().check([kept.id, released.id, gone.id])).toEqual([
          { ...check, transportId: kept.id, isHeld: true, version: 9, requestsVersion: 8 },
          {
            ...check,
            transportId: released.id,
            isHeld: false,
            version: expect.any(Number),
            requestsVersion: 0,
          },
        ]);
      });

      it('returns the present configuration of transports that still exist', async () => {
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

      it('extends leases whose holder has not changed, and writes the state of their lanes', async () => {
        const [mine, lost, released] = [await due(3_000), await due(2_000), await due(1_000)];
        const claimed = await lane.claim();
        await lane.set(lost, { lease_token: 8 });
        await lane.release(claimed[2]!, { version: null });
        const state = {
          consecutiveFailures: 2,
          scanFrom: 5,
          rate: { used: 3, usedUntil: 4 },
          leaseMs: 90_000,
        };
        const renewed = await lanes().renew(claimed.map((one) => ({ ...one, ...state })));
        expect([...renewed]).toEqual([mine.id]);
        const row = await lane.row(mine);
        expect(Number(row['due_at']) - fixture.database.now()).toBeGreaterThan(80_000);
        expect(row).toMatchObject({
          due_at: row['lease_until'],
          consecutive_failures: 2,
          scan_from: 5,
          rate_used: 3,
          rate_used_until: 4,
        });
        expect(await lane.row(released)).toMatchObject({ holder: null, consecutive_failures: 0 });
      });

      it('extends a lease that has ended, as long as nobody else claimed the lane', async () => {
        const transport = await due();
        await lane.claim();
        await lane.set(transport, { due_at: 1, lease_until: 1 });
        const held = { transportId: transport.id, leaseToken: 1, leaseMs: LEASE_MS, ...CALM };
        expect(await lanes().renew([held])).toEqual(new Set([transport.id]));
        expect(await lane.claimAs({ holder: 'another' }, transport)).toEqual([]);
      });

      it('finds the bodies of events', async () => {
        const ids = await fixture.emit(
          { eventUid: 'a', body: '{"n":1}' },
          { eventUid: 'b', body: '{"n":2}' },
        );
        const contents = await lanes().contents([ids[1]!, ids[0]!, 987_654], 1_000);
        const common = { action: 'ORDER_SETTLED', traceparent: null, emittedAt: expect.any(Number) };
        expect(contents).toEqual([
          { ...common, eventId: ids[0], eventUid: 'a', body: '{"n":1}' },
          { ...common, eventId: ids[1], eventUid: 'b', body: '{"n":2}' },
        ]);
      });

      it('returns at most one body beyond the bytes that are asked for, the oldest first', async () => {
        const ids = await fixture.emit({ body: '{"n":"ä"}' }, { body: '{"n":"ö"}' }, { body: '{"n":"ü"}' });
        const found = async (leastBytes: number) =>
          (await lanes().contents([...ids].reverse(), leastBytes)).map(({ eventId }) => eventId);
        expect(await found(1)).toEqual(ids.slice(0, 1));
        expect(await found(10)).toEqual(ids.slice(0, 1));
        expect(await found(11)).toEqual(ids.slice(0, 2));
        expect(await found(21)).toEqual(ids);
      });
    });

    describe('releasing', () => {
      it('frees the lane, with its state, until the date that the holder names', async () => {
        const transport = await due();
        const [claimed] = await lane.claim();
        const dueAt = fixture.database.now() + 60_000;
        const state = { consecutiveFailures: 5, rate: { used: 6, usedUntil: 7 } };
        expect(await lane.release(claimed!, { ...state, version: claimed!.version, dueAt })).toEqual(
          new Set([transport.id]),
        );
        expect(await lane.row(transport)).toMatchObject({
          holder: null,
          lease_until: 0,
          due_at: dueAt,
          consecutive_failures: 5,
          rate_used: 6,
          rate_used_until: 7,
        });
      });

      it('lets an empty lane sleep until it is notified', async () => {
        const transport = await due();
        const [claimed] = await lane.claim();
        await lane.release(claimed!, { dueAt: null });
        expect(await lane.row(transport)).toMatchObject({ holder: null, due_at: null });
      });

      it('fails when work was added after the last scan, unless the version does not matter', async () => {
        const transport = await fixture.transport();
        await fixture.webhook(transport);
        await fixture.queue({});
        const [claimed] = await lane.claim();
        await fixture.queue({});
        expect(await lane.release(claimed!, { version: claimed!.version, dueAt: null })).toEqual(new Set());
        expect(await lane.row(transport)).toMatchObject({ holder: 'me', version: claimed!.version + 1 });
        expect(await lane.release(claimed!, { version: claimed!.version + 1, dueAt: null })).toEqual(
          new Set([transport.id]),
        );
        await fixture.queue({});
        const [again] = await lane.claim();
        await fixture.queue({});
        expect(await lane.release(again!, { version: null, dueAt: 1 })).toEqual(new Set([transport.id]));
      });

      it('writes the date from which the next holder scans', async () => {
        const transport = await due();
        const [claimed] = await lane.claim();
        await lane.renew(claimed!, { scanFrom: 77 });
        expect(await lane.row(transport)).toMatchObject({ scan_from: 77 });
        await lane.release(claimed!, { scanFrom: 99, dueAt: 1 });
        expect(await lane.claim()).toMatchObject([{ scanFrom: 99 }]);
      });

      it('leaves the lane of a suspended transport without a date, until it is resumed', async () => {
        const transport = await due();
        const [claimed] = await lane.claim();
        const leaseEnd = (await lane.row(transport))['due_at'];
        await fixture.changeState(transport, 'PAUSED');
        expect(await lane.row(transport)).toMatchObject({ holder: 'me', due_at: leaseEnd });
        expect(await lane.release(claimed!, { dueAt: 5 })).toEqual(new Set([transport.id]));
        expect(await lane.row(transport)).toMatchObject({ holder: null, due_at: null });
        await fixture.changeState(transport, 'ACTIVE');
        expect(await lane.dueIds()).toEqual([transport.id]);
      });

      it('fails for a holder that has lost the lane, or released it already', async () => {
        const transport = await due();
        const [claimed] = await lane.claimAs({ holder: 'first' });
        await lane.set(transport, { due_at: 1, lease_until: 1 });
        const [again] = await lane.claimAs({ holder: 'second' });
        expect(await lane.release(claimed!, { version: null })).toEqual(new Set());
        expect(await lane.row(transport)).toMatchObject({ holder: 'second' });
        expect(await lane.release(again!, { version: null })).toEqual(new Set([transport.id]));
        expect(await lane.release(again!, { version: null })).toEqual(new Set());
      });

      it('names no date before the end of a block', async () => {
        const [blocked, idle] = [await due(2_000), await due(1_000)];
        const claimed = await lane.claim();
        for (const transport of [blocked, idle])
          await lane.set(transport, { blocked_until: 9_999_999_999_999 });
        await lane.release(claimed[0]!, { version: null, dueAt: 5 });
        await lane.release(claimed[1]!, { version: null, dueAt: null });
        expect(await lane.row(blocked)).toMatchObject({ due_at: 9_999_999_999_999 });
        expect(await lane.row(idle)).toMatchObject({ due_at: null });
      });

      it('loses no delivery to a fan-out at the same moment', async () => {
        const transport = await fixture.transport();
        await fixture.webhook(transport);
        await lane.set(transport, { due_at: 1 });
        for (let round = 0; round < 25; round++) {
          const [claimed] = await lane.claim();
          const [[reading]] = await Promise.all([
            lanes().read(
              [{ transportId: transport.id, after: { dueAt: -1, deliveryId: -1 }, limit: 1_000 }],
              fixture.database.now() + 1_000,
            ),
            fixture.queue({}),
          ]);
          const released = await lane.release(claimed!, { version: reading!.version, dueAt: null });
          const row = await lane.row(transport);
          const hasUnread = (await fixture.rows('webhook_queue')).length > reading!.rows.length;
          if (hasUnread) expect([released.size, row['holder']]).toEqual([0, 'me']);
          if (released.size === 0) await lane.release(claimed!, { version: null, dueAt: 1 });
          else await lane.set(transport, { due_at: 1 });
        }
      });
    });
  });
});
