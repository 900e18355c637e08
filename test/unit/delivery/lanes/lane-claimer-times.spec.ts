import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { LaneClaimer, LaneClaimerOptions } from '../../../../lib/delivery/lanes/lane-claimer.js';
import { FIRST_DUE } from '../../../../lib/persistence/ports/lane-store.js';
import { claimerScene, dueLane, ids, notifiedLane } from '../../../support/claimer-scene.js';
import { NOW } from '../../../support/lanes.js';

const POLL_MS = 1_000;
/** As many dates as a work check shows at most. All of them are so far in the future that no look is scheduled. */
const MANY_DATES = Array.from({ length: 16 }, () => NOW + 60_000);

describe('When a LaneClaimer looks for due lanes', () => {
  const running: LaneClaimer[] = [];
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((claimer) => claimer.stop()));
    jest.useRealTimers();
  });

  /** @returns also `looksAfter`, which lets time pass and returns how many pages were read in it */
  const scene = async (due: number, options: Partial<LaneClaimerOptions> = {}, mostLanes?: number) => {
    const whole = claimerScene(due, { pollMs: POLL_MS, ...options }, mostLanes);
    running.push(whole.claimer);
    const looksAfter = async (ms: number) => {
      const before = whole.store.pages.length;
      await jest.advanceTimersByTimeAsync(ms);
      return whole.store.pages.length - before;
    };
    whole.claimer.start();
    expect(await looksAfter(0)).toBeGreaterThan(0);
    return { ...whole, looksAfter };
  };
  const proven = { areWakeUpsProven: () => true };

  describe('without wake-ups of other processes', () => {
    it('looks at each poll', async () => {
      const { store, holds, looksAfter } = await scene(1);
      store.change(2, {});
      store.dueLanes.push(dueLane(2));
      expect([await looksAfter(POLL_MS - 1), holds()]).toEqual([0, [1]]);
      expect([await looksAfter(1), holds()]).toEqual([1, [1, 2]]);
      expect(await looksAfter(2 * POLL_MS)).toBe(2);
    });

    it('reads at most four pages in a round, and continues at the next poll', async () => {
      const { store, claimer, looksAfter } = await scene(0);
      store.dueLanes = ids(129).map((transportId) => dueLane(transportId, { encryptedWith: 'k9' }));
      expect(await looksAfter(POLL_MS)).toBe(4);
      expect(await looksAfter(POLL_MS)).toBe(1);
      expect(await looksAfter(POLL_MS)).toBe(4);
      const starts = store.pages.slice(1).map(({ after }) => after.transportId);
      const from = FIRST_DUE.transportId;
      expect(starts).toEqual([from, 32, 64, 96, 128, from, 32, 64, 96]);
      expect(claimer.missingKeyIds).toEqual(['k9']);
    });
  });

  describe('while wake-ups arrive', () => {
    it('looks once a minute', async () => {
      const { looksAfter } = await scene(0, proven);
      expect([await looksAfter(59_999), await looksAfter(1)]).toEqual([0, 1]);
    });

    it('looks soon after a lane becomes due', async () => {
      const { claimer, looksAfter } = await scene(0, proven);
      claimer.scheduleLook(NOW + 900);
      claimer.expectDue([NOW + 60_000, NOW + 1_100]);
      expect([await looksAfter(999), await looksAfter(1)]).toEqual([0, 1]);
      expect([await looksAfter(999), await looksAfter(1)]).toEqual([0, 1]);
    });

    it('while it is overloaded, leaves a shared lane alone for pollMs + 50 ms, also if it is notified, and then looks', async () => {
      const load = { isOverloaded: () => true, elapsed: () => performance.now() };
      const { claimer, store, noted, holds, looksAfter } = await scene(0, { ...proven, ...load });
      store.change(7, {});
      store.dueLanes = [dueLane(7)];
      claimer.leaveForAWhile(7);
      claimer.notifyWorkAdded([notifiedLane(7)]);
      claimer.look();
      expect([await looksAfter(POLL_MS + 49), holds()]).toEqual([1, []]);
      expect(noted.announced).toContainEqual([7]);
      expect([await looksAfter(POLL_MS), holds()]).toEqual([1, [7]]);
    });

    it('polls while a work check shows so many due dates that it may not show all', async () => {
      const { claimer, looksAfter } = await scene(0, proven);
      await looksAfter(5_000);
      claimer.expectDue(MANY_DATES);
      expect([await looksAfter(0), await looksAfter(POLL_MS)]).toEqual([1, 1]);
      claimer.expectDue(MANY_DATES.slice(1));
      // The poll that is scheduled already, and then none for a minute.
      expect([await looksAfter(POLL_MS), await looksAfter(30_000)]).toEqual([1, 0]);
      claimer.expectDue(MANY_DATES.slice(1));
      expect(await looksAfter(29_999)).toBe(0);
    });

    it('polls while it leaves lanes to idle processes, because it is busy', async () => {
      let isBusy = true;
      const { looksAfter } = await scene(0, { ...proven, isBusy: () => isBusy });
      expect(await looksAfter(3 * POLL_MS)).toBe(3);
      isBusy = false;
      expect([await looksAfter(POLL_MS), await looksAfter(59_999)]).toEqual([1, 0]);
    });

    it('polls while its look has not reached the last due lane', async () => {
      const { store, looksAfter } = await scene(0, proven);
      store.dueLanes = ids(129).map((transportId) => dueLane(transportId, { encryptedWith: 'k9' }));
      expect(await looksAfter(60_000)).toBe(4);
      expect([await looksAfter(POLL_MS), await looksAfter(59_999)]).toEqual([1, 0]);
    });

    it('looks no more after it was stopped', async () => {
      const { claimer, looksAfter } = await scene(0, proven);
      claimer.scheduleLook(NOW + 20);
      await claimer.stop();
      expect([jest.getTimerCount(), await looksAfter(120_000)]).toEqual([0, 0]);
    });
  });

  describe('when its places are taken', () => {
    it('looks again when a quarter of them is free, not before', async () => {
      const { held, claimer, looksAfter } = await scene(40, { pollMs: 600_000 });
      const release = (...transportIds: number[]) => {
        for (const transportId of transportIds) held.remove(held.get(transportId)!);
        claimer.lanesReleased();
      };
      release(1, 2, 3);
      expect(await looksAfter(0)).toBe(0);
      release(4);
      expect(await looksAfter(0)).toBe(1);
    });

    it('looks for a lane that got no place when it was notified', async () => {
      const { store, held, claimer, noted, holds, looksAfter } = await scene(0, { pollMs: 600_000 }, 4);
      for (const transportId of ids(5)) store.change(transportId, {});
      store.dueLanes = [dueLane(5)];
      claimer.notifyWorkAdded(ids(5).map(notifiedLane));
      expect([await looksAfter(0), holds(), noted.announced]).toEqual([0, [1, 2, 3, 4], [[5]]]);
      held.remove(held.get(1)!);
      claimer.lanesReleased();
      expect([await looksAfter(0), holds()]).toEqual([1, [2, 3, 4, 5]]);
    });

    it('is short of places if they are all taken, or if one of several pages shows a lane without a place', async () => {
      expect(claimerScene(1).claimer.isShort).toBe(false);
      const { claimer: full } = await scene(4, {}, 4);
      expect(full.isShort).toBe(true);
      const { store, claimer, held, looksAfter } = await scene(0);
      expect(claimer.isShort).toBe(false);
      for (const transportId of ids(33)) store.change(transportId, {});
      const oneTenant = ids(32).map((transportId) => dueLane(transportId, { tenantUid: 'big', origin: '' }));
      store.dueLanes = [...oneTenant, dueLane(33)];
      expect(await looksAfter(POLL_MS)).toBe(2);
      expect([claimer.isShort, held.places.free]).toEqual([true, 3]);
    });
  });

  it('reports a success if nothing is due, and no success if it could not claim any due lane', async () => {
    const { store, claimer, looksAfter } = await scene(0, { now: () => NOW + performance.now() });
    const { lastSuccessAt } = claimer.rounds;
    expect(lastSuccessAt).not.toBeNull();
    store.dueLanes = ids(128).map((transportId) => dueLane(transportId, { encryptedWith: 'k9' }));
    // Four full pages, and then an empty one that does not mean that nothing is due.
    expect([await looksAfter(POLL_MS), await looksAfter(POLL_MS)]).toEqual([4, 1]);
    expect(claimer.rounds.lastSuccessAt).toBe(lastSuccessAt);
    store.dueLanes = [];
    expect(await looksAfter(POLL_MS)).toBe(1);
    expect(claimer.rounds.lastSuccessAt).toBeGreaterThan(lastSuccessAt!);
  });
});
