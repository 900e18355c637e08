import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { leaseFor, LONGEST_LEASE_MS } from '../../../lib/domain/lease.js';
import { FIRST_DUE, type DueCursor } from '../../../lib/persistence/ports/lane-store.js';
import { eachDatabase } from '../../support/databases.js';
import { LaneFixture, LEASE_MS } from '../../support/lane-fixture.js';
import { StoreFixture } from '../../support/store-fixture.js';

describe('LaneStore, claiming lanes,', () => {
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
    const claimedIds = async (...transports: { id: number }[]) =>
      (await lane.claim(...transports)).map(({ transportId }) => transportId);

    describe('lists due lanes', () => {
      it('longest due first, up to the limit, with all that chooseLanes needs, and no others', async () => {
        const [second, third] = [await lane.due(2_000), await lane.due(1_000)];
        const first = await lane.due(3_000, 'cafe', { url: 'https://erp.example.com:8443/hooks' });
        await lane.due(-60_000);
        await fixture.transport();
        await fixture.set('webhook_http_transport', { encrypted_with: 'k1,k2' }, { id: first.id });
        expect(await lane.dueIds()).toEqual([first.id, second.id, third.id]);
        expect(await lane.dueIds(2)).toEqual([first.id, second.id]);
        expect((await lanes().due(FIRST_DUE, 1))[0]).toEqual({
          transportId: first.id,
          tenantUid: 'cafe',
          origin: 'https://erp.example.com:8443',
          encryptedWith: 'k1,k2',
          dueAt: (await lane.row(first))['due_at'],
        });
      });

      it('page by page, each once, also where many are due at the same instant', async () => {
        const ids: number[] = [];
        const dueAt = fixture.database.now() - 5_000;
        for (let count = 0; count < 12; count++) {
          const transport = await fixture.transport();
          await lane.set(transport, { due_at: count < 10 ? dueAt : dueAt + 1 });
          ids.push(transport.id);
        }
        const found: number[] = [];
        for (let after: DueCursor | undefined = FIRST_DUE; after;) {
          const page = await lanes().due(after, 5);
          found.push(...page.map(({ transportId }) => transportId));
          after = page.length < 5 ? undefined : page.at(-1);
        }
        expect(found).toEqual(ids);
      });

      it('without those that are held, until the lease has expired', async () => {
        const [held, expired] = [await lane.due(), await lane.due()];
        await lane.claim();
        await lane.set(expired, { due_at: 1, lease_until: 1 });
        expect(await lane.dueIds()).toEqual([expired.id]);
        expect(await claimedIds(held, expired)).toEqual([expired.id]);
      });

      it('without those of paused and disabled transports, however long their backlog has been due', async () => {
        for (const state of ['PAUSED', 'DISABLED'] as const) {
          const transport = await fixture.transport('shop');
          await fixture.webhook(transport);
          await fixture.queue({});
          await fixture.changeState(transport, state);
          expect(await lane.dueIds()).toEqual([]);
          if (state === 'PAUSED') await fixture.queue({});
          expect(await lane.dueIds()).toEqual([]);
          expect(await claimedIds(transport)).toEqual([]);
          await fixture.changeState(transport, 'ACTIVE');
          expect(await lane.dueIds()).toEqual([transport.id]);
          await fixture.removeTransport(transport);
        }
      });
    });

    describe('claims', () => {
      it('only the lanes that it is asked for, as far as they are still due', async () => {
        const [first, second, notDue] = [await lane.due(), await lane.due(), await lane.due(-60_000)];
        await lane.due();
        const listed = [second, first, notDue, { id: 987_654 }];
        expect(await claimedIds(...listed)).toEqual([first.id, second.id]);
        expect(await claimedIds(...listed)).toEqual([]);
      });

      it("with the lane's state and the transport's configuration", async () => {
        const transport = await lane.due(1_000, 'shop', {
          url: 'https://erp.example.com/x',
          maxConcurrency: 3,
        });
        await lane.set(transport, {
          version: 5,
          blocked_until: 17,
          consecutive_failures: 4,
          scan_from: 8,
          requests_version: 3,
          rate_used: 6,
          rate_used_until: 99,
        });
        const [claimed] = await lane.claim();
        expect(claimed).toEqual({
          transportId: transport.id,
          leaseToken: 1,
          leaseMs: LEASE_MS,
          version: 5,
          requestsVersion: 3,
          blockedUntil: 17,
          crashes: 0,
          consecutiveFailures: 4,
          rate: { used: 6, usedUntil: 99 },
          scanFrom: 8,
          transport: {
            tenantUid: 'shop',
            httpTransportUid: transport.httpTransportUid,
            url: 'https://erp.example.com/x',
            headers: [],
            securityType: 'NONE',
            username: null,
            password: null,
            token: null,
            signingSecrets: [],
            state: 'ACTIVE',
            failingSince: null,
            failingWarned: 0,
            timeoutMs: null,
            maxConcurrency: 3,
            rateLimitRequests: null,
            rateLimitPerSeconds: null,
            retryScheduleSeconds: null,
            version: 1,
          },
        });
      });

      it('with its name as the holder, and makes the lane due when the lease ends', async () => {
        const transport = await lane.due();
        const before = fixture.database.now();
        await lane.claim();
        const row = await lane.row(transport);
        expect(row).toMatchObject({ holder: 'me', lease_token: 1, due_at: row['lease_until'] });
        expect(Number(row['lease_until']) - before).toBeGreaterThanOrEqual(LEASE_MS - 100);
        expect(Number(row['lease_until']) - before).toBeLessThan(LEASE_MS + 5_000);
      });

      it('with a lease that is long enough for the time-out of the transport', async () => {
        await lane.due(1_000, 'shop', { timeoutMs: 25_000 });
        expect(await lane.claim()).toMatchObject([{ leaseMs: leaseFor(25_000) }]);
        await lane.due(1_000, 'shop', { timeoutMs: 5_000 });
        expect(await lane.claim()).toMatchObject([{ leaseMs: LEASE_MS }]);
      });

      it('each lane for exactly one of eight processes that claim at once', async () => {
        const ids: number[] = [];
        for (let count = 0; count < 60; count++) ids.push((await lane.due()).id);
        const claimed: number[] = [];
        await Promise.all(
          Array.from({ length: 8 }, async (_, process) => {
            for (let rounds = 0; rounds < 20; rounds++) {
              const due = (await lane.dueIds(3)).map((id) => ({ id }));
              const mine = await lane.claimAs({ holder: `process-${process}` }, ...due);
              claimed.push(...mine.map(({ transportId }) => transportId));
            }
          }),
        );
        expect(claimed.sort((a, b) => a - b)).toEqual(ids);
      });

      it('a lane whose lease has expired, and counts the crash until a release', async () => {
        const transport = await lane.due();
        await lane.claim();
        expect(await lane.claim(transport)).toEqual([]);
        for (const crashes of [1, 2]) {
          await lane.set(transport, { due_at: 1, lease_until: 1 });
          expect(await lane.claim()).toMatchObject([{ crashes, leaseToken: crashes + 1 }]);
        }
        await lane.release({ transportId: transport.id, leaseToken: 3 }, { dueAt: 1 });
        expect(await lane.claim()).toMatchObject([{ crashes: 0, leaseToken: 4 }]);
      });

      it('a lane with a void lease once the sweep has found it, and counts the crash', async () => {
        const transport = await lane.due();
        await lane.claim();
        // The clock was a day ahead when the holder claimed the lane.
        const leaseUntil = fixture.database.now() + 86_400_000;
        await lane.set(transport, { due_at: leaseUntil, lease_until: leaseUntil, scan_from: leaseUntil });
        expect(await claimedIds(transport)).toEqual([]);
        const now = fixture.database.now();
        const sweep = { after: 0, limit: 10, now, dueBefore: now };
        expect(await fixture.stores.sweep.scheduleStrandedLanes(sweep)).toMatchObject({
          repaired: [transport.id],
        });
        expect(await lane.dueIds()).toEqual([transport.id]);
        expect(await lane.claim()).toMatchObject([{ crashes: 1, leaseToken: 2, scanFrom: -1 }]);
        expect(Number((await lane.row(transport))['lease_until'])).toBeLessThan(now + LONGEST_LEASE_MS);
      });

      it('a lane, and does not count its earlier crashes if it is known that the holder that lost its lease is alive', async () => {
        const [forgiven, crashed] = [await lane.due(), await lane.due()];
        await lane.claim();
        for (const transport of [forgiven, crashed])
          await lane.set(transport, { due_at: 1, lease_until: 1, crashes: 1 });
        await lanes().forgiveCrashes([forgiven.id, 987_654]);
        expect(await lane.claim()).toMatchObject([
          { transportId: forgiven.id, crashes: 1 },
          { transportId: crashed.id, crashes: 2 },
        ]);
      });
    });

    describe('notes deliveries before they are sent', () => {
      it('with the fencing token of the holder, and only as long as the attempt is still to be made', async () => {
        const transport = await fixture.transport();
        await fixture.webhook(transport);
        await fixture.queue({}, {});
        const tokens = async () => (await fixture.due(transport)).map((row) => row.notedToken);
        const [delivery] = await fixture.due(transport);
        expect(await tokens()).toEqual([null, null]);
        await lanes().note(delivery!, 7);
        expect(await tokens()).toEqual([7, null]);
        await lanes().note(delivery!, 9);
        await lanes().note({ ...delivery!, attempts: 1 }, 11);
        expect(await tokens()).toEqual([9, null]);
      });
    });
  });
});
