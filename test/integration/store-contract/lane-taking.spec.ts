import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpTransportEntity } from '../../../lib/persistence/entities/http-transport.entity.js';
import type { LaneRelease, TakeRequest } from '../../../lib/persistence/lane-store.js';
import { eachDatabase } from '../../support/databases.js';
import { StoreFixture, type Row } from '../../support/store-fixture.js';

const LEASE_MS = 30_000;
const CALM = { consecutiveFailures: 0, ended: 0, rate: { used: 0, usedUntil: 0 } };

describe('LaneStore, taking lanes,', () => {
  eachDatabase((db, kind) => {
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
          ended: 8,
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
          ended: 8,
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

    describe('idle processes', () => {
      it('are seen by others for as long as an announcement lasts', async () => {
        await due();
        await take({ holder: 'busy' });
        await lanes().announceIdle('idle');
        await lanes().announceIdle('idle');
        expect(await lanes().isOtherIdle('busy', 60_000)).toBe(true);
        expect(await lanes().isOtherIdle('idle', 60_000)).toBe(false);
        await new Promise((resolve) => setTimeout(resolve, 30));
        expect(await lanes().isOtherIdle('busy', 20)).toBe(false);
      });

      if (kind === 'sqlite') {
        it('write nothing while they are alone', async () => {
          await due();
          await take({ holder: 'alone' });
          const announced = () => fixture.query('SELECT * FROM webhook_process WHERE holder = ?', ['alone']);
          await lanes().announceIdle('alone');
          expect(await announced()).toEqual([]);
          await lanes().announceIdle('another');
          expect(await lanes().isOtherIdle('alone', 60_000)).toBe(true);
        });
      }

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
