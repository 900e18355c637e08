import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LaneKeeper } from '../../lib/delivery/lane-keeper.js';
import type { Lane } from '../../lib/delivery/lane.js';
import { TransportConfigs } from '../../lib/delivery/transport-config.js';
import type { HttpTransportEntity } from '../../lib/persistence/entities/http-transport.entity.js';
import type { LaneRelease, LaneStore } from '../../lib/persistence/lane-store.js';
import { PARKED_DUE_AT } from '../../lib/persistence/record-store.js';
import { SecretBox } from '../../lib/persistence/secret-box.js';
import { HttpTransportStateRepository } from '../../lib/persistence/repositories/http-transport-state.repository.js';
import { HttpTransportRepository } from '../../lib/persistence/repositories/http-transport.repository.js';
import { eachDatabase } from '../support/databases.js';
import { concluded, NO_CIRCUIT } from '../support/lanes.js';
import { StoreFixture } from '../support/store-fixture.js';

const DEFAULTS = { timeoutMs: 10_000, transportConcurrency: 8, retryScheduleMs: [], userAgent: 'test' };

describe('LaneKeeper', () => {
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
      await fixture.webhook(transport);
      await fixture.queue({}, {}, {});
      now = fixture.database.now();
    });
    afterAll(() => fixture.close());

    const keeperOf = (store: LaneStore = fixture.stores.lanes, holder = 'me', mostLanes = 10): LaneKeeper => {
      const refuse = (url: string): never => {
        throw new Error(`Nothing is sent here, to ${url} either.`);
      };
      return new LaneKeeper(
        store,
        fixture.stores.records,
        new TransportConfigs(new SecretBox([]), refuse, DEFAULTS),
        {
          holder,
          leaseMs: 30_000,
          mostLanes,
          policy: NO_CIRCUIT,
          now: () => fixture.database.now(),
        },
      );
    };
    const read = async (lane: Lane): Promise<void> => {
      const request = lane.nextRead(now + 1_000)!;
      const [reading] = await fixture.stores.lanes.read([request], now + 1_000);
      lane.accept(reading!, request.limit);
    };
    /** The store, with one kind of call that is held up, on its way there or back, until it is let go. */
    const slow = (name: 'check' | 'renew' | 'release', way: 'there' | 'back') => {
      let [underWay, letGo] = [(): void => undefined, (): void => undefined];
      const asked = new Promise<void>((resolve) => (underWay = resolve));
      const mayGo = new Promise<void>((resolve) => (letGo = resolve));
      const holdUp = async (): Promise<void> => {
        underWay();
        await mayGo;
      };
      const store = new Proxy(fixture.stores.lanes, {
        get: (lanes, property) => {
          type Method = (...args: unknown[]) => Promise<unknown>;
          const method = (lanes[property as keyof LaneStore] as Method).bind(lanes);
          if (property !== name) return method;
          return async (...args: unknown[]) => {
            if (way === 'there') await holdUp();
            const result = await method(...args);
            if (way === 'back') await holdUp();
            return result;
          };
        },
      });
      return { store, asked, letGo };
    };
    const endLease = () =>
      fixture.set('webhook_lane', { due_at: 1, lease_until: 1 }, { transport_id: transport.id });
    const take = async (keeper: LaneKeeper): Promise<Lane> => (await keeper.takeDue(0))[0]!;
    const releaseOf = (lane: Lane): LaneRelease => lane.abandon(now);

    it('takes what is due as far as it has room, and no more of a tenant than half of all', async () => {
      const keeper = keeperOf(undefined, undefined, 4);
      for (let count = 0; count < 5; count++) await fixture.webhook(await fixture.transport());
      await fixture.webhook(await fixture.transport('other'));
      await fixture.queue({}, { tenantUid: 'other' });
      await keeper.takeThese(
        (await fixture.rows('webhook_lane')).slice(0, 2).map((lane) => Number(lane['transport_id'])),
      );
      expect(keeper.room).toBe(2);
      expect((await keeper.takeDue(0)).map(({ tenantUid }) => tenantUid)).toEqual(['other']);
      expect(keeper.room).toBe(1);
    });

    it('notices new work, new configuration, deletion, and that somebody else holds the lane', async () => {
      const keeper = keeperOf();
      const lane = await take(keeper);
      expect(await keeper.refresh()).toEqual({ changed: [lane], lost: [] });
      await fixture.set('webhook_http_transport', { max_concurrency: 3, version: 2 }, { id: transport.id });
      await keeper.refresh();
      expect(lane.config).toMatchObject({ maxConcurrency: 3, version: 2 });
      await endLease();
      const other = keeperOf(undefined, 'somebody else');
      const theirs = await take(other);
      expect(await keeper.refresh()).toEqual({ changed: [], lost: [lane] });
      expect(keeper.get(transport.id)).toBeUndefined();
      await fixture.removeTransport(transport);
      expect(await other.refresh()).toEqual({ changed: [], lost: [theirs] });
    });

    it('renews the lease of a lane that needs it', async () => {
      const keeper = keeperOf();
      const lane = await take(keeper);
      lane.doubted();
      expect(lane.coversAttempt(performance.now())).toBe(false);
      await keeper.refresh();
      expect(lane.coversAttempt(performance.now())).toBe(true);
    });

    it('finds out that a lane was given back although the answer was lost', async () => {
      const keeper = keeperOf();
      const lane = await take(keeper);
      await fixture.stores.lanes.release([releaseOf(lane)]);
      lane.doubted();
      expect(await keeper.refresh()).toEqual({ changed: [], lost: [lane] });
    });

    it('keeps a lane that cannot be given back, since work was added', async () => {
      const keeper = keeperOf();
      const lane = await take(keeper);
      const version = 1;
      await fixture.queue({});
      expect(await keeper.release([{ ...releaseOf(lane), version }])).toEqual([lane]);
      expect(keeper.get(transport.id)).toBe(lane);
      expect(await keeper.release([{ ...releaseOf(lane), version: null }])).toEqual([]);
      expect(keeper.get(transport.id)).toBeUndefined();
    });

    it('does not leave a lane whose deliveries are all parked, and wait for nobody', async () => {
      const ordered = await fixture.transport('ordered');
      await fixture.webhook(ordered, { ordered: true });
      await fixture.queue({ tenantUid: 'ordered' }, { tenantUid: 'ordered' });
      await fixture.set('webhook_queue', { due_at: PARKED_DUE_AT }, { transport_id: ordered.id });
      const keeper = keeperOf();
      const [lane] = await keeper.takeThese([ordered.id]);
      await read(lane!);
      expect(await keeper.release([lane!.release(now)!])).toEqual([lane]);
      now = fixture.database.now();
      await read(lane!);
      expect(lane!.readyCount).toBe(1);
    });

    it('goes on with a lane whose lease ran out and that only it itself took again', async () => {
      const keeper = keeperOf();
      const lane = await take(keeper);
      await read(lane);
      const sent = lane.next(now);
      await endLease();
      expect(await keeper.takeDue(0)).toEqual([lane]);
      expect(lane.coversAttempt(performance.now())).toBe(true);
      // What is in hand is not read, and so not sent, a second time.
      await read(lane);
      expect(lane.readyCount).toBe(2);
      expect([lane.next(now), lane.next(now)]).not.toContainEqual(sent);
      expect(await keeper.refresh()).toEqual({ changed: [lane], lost: [] });
    });

    it('starts anew with a lane that somebody else has held meanwhile: what was in hand may have been sent', async () => {
      const keeper = keeperOf();
      const lane = await take(keeper);
      await read(lane);
      await endLease();
      await take(keeperOf(undefined, 'somebody else'));
      await endLease();
      const again = await take(keeper);
      expect(again).not.toBe(lane);
      expect(again.readyCount).toBe(0);
      expect(keeper.get(transport.id)).toBe(again);
    });

    it.each([
      ['check', 'back'],
      ['renew', 'there'],
    ] as const)(
      'takes the lane again while a %s is on its way %s, and does not believe it lost',
      async (name, way) => {
        const { store, asked, letGo } = slow(name, way);
        const keeper = keeperOf(store);
        const lane = await take(keeper);
        lane.doubted();
        const refreshing = keeper.refresh();
        await asked;
        await endLease();
        await keeper.takeDue(0);
        letGo();
        expect(await refreshing).toEqual({ changed: [lane], lost: [] });
        expect(keeper.get(transport.id)).toBe(lane);
      },
    );

    it('has written down what is used of a rate limit when it says so, also while a renewal is under way', async () => {
      const limit = { rate_limit_requests: 5, rate_limit_per_seconds: 60 };
      await fixture.set('webhook_http_transport', limit, { id: transport.id });
      const { store, asked, letGo } = slow('renew', 'there');
      const keeper = keeperOf(store);
      const lane = await take(keeper);
      await read(lane);
      lane.doubted();
      const refreshing = keeper.refresh();
      await asked;
      lane.next(now);
      const noted = keeper.noteUse(lane);
      letGo();
      expect([await refreshing, await noted]).toEqual([{ changed: [lane], lost: [] }, true]);
      const [row] = await fixture.rowsWith('webhook_lane', { transport_id: transport.id });
      expect(row).toMatchObject({ rate_used: 1, rate_used_until: now + 60_000 });
      await endLease();
      await take(keeperOf(undefined, 'somebody else'));
      expect(await keeper.noteUse(lane)).toBe(false);
    });

    describe('a lane whose attempts fail', () => {
      const admin = () => new HttpTransportStateRepository(fixture.database);
      const change = async (state: 'ACTIVE' | 'DISABLED'): Promise<void> => {
        const { tenantUid, httpTransportUid } = transport;
        const read = await new HttpTransportRepository(fixture.database).find(tenantUid, httpTransportUid);
        await admin().change(tenantUid, read!, { state, disabledReason: null });
      };
      /** Fails one attempt, without writing that down. */
      const fail = (lane: Lane) => {
        const delivery = lane.next(now);
        lane.answered();
        return lane.learn(concluded(delivery, now + 60_000), now, 0);
      };
      const failures = (lane: Lane): number => lane.renewal(now).consecutiveFailures;

      it('starts afresh when its transport is disabled and enabled between two looks', async () => {
        const keeper = keeperOf();
        const lane = await take(keeper);
        await read(lane);
        const learned = fail(lane)!;
        await fixture.stores.records.record({ attempts: [], transports: [learned], parked: [], now });
        lane.learnedIsRecorded(learned, performance.now());
        fail(lane);
        await change('DISABLED');
        await change('ACTIVE');
        await keeper.refresh();
        expect([failures(lane), lane.failingSince]).toEqual([0, null]);
        // What it learns from now on is told as by one that was never failing.
        expect(fail(lane)).toMatchObject({ failingSince: 1_000, consecutiveFailures: 1 });
      });

      it('goes on counting when something else of its transport changes, also while its failing is being recorded', async () => {
        const keeper = keeperOf();
        const lane = await take(keeper);
        await read(lane);
        const learned = fail(lane)!;
        await fixture.set('webhook_http_transport', { name: 'one', version: 2 }, { id: transport.id });
        await keeper.refresh();
        expect(failures(lane)).toBe(1);
        await fixture.stores.records.record({ attempts: [], transports: [learned], parked: [], now });
        lane.learnedIsRecorded(learned, performance.now());
        await fixture.set('webhook_http_transport', { name: 'another', version: 3 }, { id: transport.id });
        await keeper.refresh();
        expect(failures(lane)).toBe(1);
      });
    });

    it('keeps a lane that it took again before it learned that it had given it back', async () => {
      const { store, asked, letGo } = slow('release', 'back');
      const keeper = keeperOf(store);
      const lane = await take(keeper);
      lane.yield();
      const releasing = keeper.release([lane.release(now)!]);
      await asked;
      const again = await take(keeper);
      expect(again).not.toBe(lane);
      letGo();
      expect(await releasing).toEqual([]);
      expect(keeper.get(transport.id)).toBe(again);
    });
  });
});
