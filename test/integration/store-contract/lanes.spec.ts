import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpTransportEntity } from '../../../lib/persistence/entities/http-transport.entity.js';
import type { LaneRelease, TakeRequest } from '../../../lib/persistence/lane-store.js';
import { eachDatabase } from '../../support/databases.js';
import { StoreFixture, type Row } from '../../support/store-fixture.js';

const LEASE_MS = 30_000;
const CALM = { consecutiveFailures: 0, rate: { used: 0, usedUntil: 0 } };

describe('LaneStore', () => {
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
    const takenIds = async (request: Partial<TakeRequest> = {}) =>
      (await take(request)).map(({ transportId }) => transportId);
    const release = (lane: Pick<LaneRelease, 'transportId' | 'leaseToken'> & Partial<LaneRelease>) =>
      lanes().release([{ version: null, dueAt: null, ...CALM, ...lane }]);
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

    describe('taking', () => {
      it('takes due lanes, longest due first, up to the limit, and no others', async () => {
        const [second, third, first] = [await due(2_000), await due(1_000), await due(3_000)];
        await due(-60_000);
        await fixture.transport();
        expect(await takenIds({ limit: 2 })).toEqual([first.id, second.id]);
        expect(await takenIds()).toEqual([third.id]);
        expect(await takenIds()).toEqual([]);
      });

      it("hands over the lane's state and the transport's configuration", async () => {
        const transport = await due(1_000, 'shop', { url: 'https://erp.example.com/x', maxConcurrency: 3 });
        await setLane(transport, {
          version: 5,
          blocked_until: 17,
          consecutive_failures: 4,
          rate_used: 6,
          rate_used_until: 99,
        });
        const [taken] = await take();
        expect(taken).toEqual({
          transportId: transport.id,
          leaseToken: 1,
          leaseMs: LEASE_MS,
          version: 5,
          blockedUntil: 17,
          crashes: 0,
          consecutiveFailures: 4,
          rate: { used: 6, usedUntil: 99 },
          transport: {
            tenantUid: 'shop',
            httpTransportUid: transport.httpTransportUid,
            url: 'https://erp.example.com/x',
            headers: '[]',
            securityType: 'NONE',
            username: null,
            password: null,
            token: null,
            signingSecrets: '[]',
            state: 'ACTIVE',
            failingSince: null,
            timeoutMs: null,
            maxConcurrency: 3,
            rateLimitRequests: null,
            rateLimitPerSeconds: null,
            retryScheduleSeconds: null,
            version: 1,
          },
        });
      });

      it('notes the holder and is due again when the lease ends', async () => {
        const transport = await due();
        const before = fixture.database.now();
        await take();
        const row = await lane(transport);
        expect(row).toMatchObject({ holder: 'me', lease_token: 1, due_at: row['lease_until'] });
        expect(Number(row['lease_until']) - before).toBeGreaterThanOrEqual(LEASE_MS - 100);
        expect(Number(row['lease_until']) - before).toBeLessThan(LEASE_MS + 5_000);
      });

      it('makes the lease long enough for the time-out of the transport', async () => {
        await due(1_000, 'shop', { timeoutMs: 25_000 });
        expect(await take()).toMatchObject([{ leaseMs: 52_000 }]);
        await due(1_000, 'shop', { timeoutMs: 5_000 });
        expect(await take()).toMatchObject([{ leaseMs: LEASE_MS }]);
      });

      it('leaves lanes that are not overdue, and tenants that have enough, to others', async () => {
        const [old, young, greedy] = [await due(5_000), await due(500), await due(9_000, 'greedy')];
        expect(await takenIds({ overdueMs: 2_000, exceptTenants: ['greedy', 'nobody'] })).toEqual([old.id]);
        expect(await takenIds({ exceptTenants: ['greedy'] })).toEqual([young.id]);
        expect(await takenIds()).toEqual([greedy.id]);
      });

      it('takes just the lanes that it is asked for, if they are due', async () => {
        const [first, second, notDue] = [await due(), await due(), await due(-60_000)];
        await due();
        expect((await takenIds({ transportIds: [second.id, first.id, notDue.id, 987_654] })).sort()).toEqual([
          first.id,
          second.id,
        ]);
      });

      it('gives no lane to two of eight that take at once, and every lane to one', async () => {
        const ids: number[] = [];
        for (let count = 0; count < 60; count++) ids.push((await due()).id);
        const taken: number[] = [];
        await Promise.all(
          Array.from({ length: 8 }, async (_, process) => {
            for (let rounds = 0; rounds < 20; rounds++) {
              taken.push(...(await takenIds({ holder: `process-${process}`, limit: 3 })));
            }
          }),
        );
        expect(taken.sort((a, b) => a - b)).toEqual(ids);
      });

      it('takes a lane over when its lease has ended, and counts the crash until a clean release', async () => {
        const transport = await due();
        await take({ holder: 'first' });
        expect(await take({ holder: 'second' })).toEqual([]);
        for (const crashes of [1, 2]) {
          await setLane(transport, { due_at: 1, lease_until: 1 });
          expect(await take({ holder: 'next' })).toMatchObject([{ crashes, leaseToken: crashes + 1 }]);
        }
        await release({ transportId: transport.id, leaseToken: 3, dueAt: 1 });
        expect(await take()).toMatchObject([{ crashes: 0, leaseToken: 4 }]);
      });
    });

    describe('noting what is sent', () => {
      it('counts what was noted without an outcome, less what was taken back', async () => {
        const transport = await fixture.transport();
        await fixture.webhook(transport);
        await fixture.queue({});
        const lostAttempts = async () => (await fixture.due(transport)).map((row) => row.lostAttempts);
        const [delivery] = await fixture.due(transport);
        expect(delivery).toMatchObject({ lostAttempts: 0 });
        await lanes().note(delivery!);
        await lanes().note(delivery!);
        await lanes().unnote(delivery!);
        expect(await lostAttempts()).toEqual([1]);
        await lanes().note({ ...delivery!, attempts: 7 });
        expect(await lostAttempts()).toEqual([1]);
      });
    });

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
        const state = { consecutiveFailures: 2, rate: { used: 3, usedUntil: 4 }, leaseMs: 90_000 };
        const renewed = await lanes().renew(taken.map((one) => ({ ...one, ...state })));
        expect([...renewed]).toEqual([mine.id]);
        const row = await lane(mine);
        expect(Number(row['due_at']) - fixture.database.now()).toBeGreaterThan(80_000);
        expect(row).toMatchObject({
          due_at: row['lease_until'],
          consecutive_failures: 2,
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
        const contents = await lanes().contents([ids[1]!, ids[0]!, 987_654]);
        expect([...contents].sort((a, b) => a.eventId - b.eventId)).toEqual([
          { eventId: ids[0], eventUid: 'a', action: 'ORDER_SETTLED', body: '{"n":1}' },
          { eventId: ids[1], eventUid: 'b', action: 'ORDER_SETTLED', body: '{"n":2}' },
        ]);
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

    describe('idle processes', () => {
      it('are seen by others for as long as an announcement lasts', async () => {
        await lanes().announceIdle('idle');
        await lanes().announceIdle('idle');
        expect(await lanes().isOtherIdle('busy', 60_000)).toBe(true);
        expect(await lanes().isOtherIdle('idle', 60_000)).toBe(false);
        await new Promise((resolve) => setTimeout(resolve, 30));
        expect(await lanes().isOtherIdle('busy', 20)).toBe(false);
      });

      it('know of a lane that waits', async () => {
        await due(1_000);
        expect(await lanes().isWaiting(500)).toBe(true);
        expect(await lanes().isWaiting(5_000)).toBe(false);
        await take();
        expect(await lanes().isWaiting(0)).toBe(false);
      });
    });
  });
});
