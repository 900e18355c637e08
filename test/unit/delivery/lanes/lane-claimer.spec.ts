import { afterEach, describe, expect, it } from '@jest/globals';
import type { LaneCandidate } from '../../../../lib/delivery/lanes/choose-lanes.js';
import { HeldLanes } from '../../../../lib/delivery/lanes/held-lanes.js';
import { InspectionList } from '../../../../lib/delivery/lanes/inspection-list.js';
import { LaneClaimer, type LaneClaimerOptions } from '../../../../lib/delivery/lanes/lane-claimer.js';
import { FIRST_DUE, type DueLane } from '../../../../lib/persistence/ports/lane-store.js';
import { eventually } from '../../../support/eventually.js';
import { KeepingLaneStore } from '../../../support/keeping-lane-store.js';
import { outage, refusal } from '../../../support/keeping-record-store.js';
import { NO_CIRCUIT, NOW, transportConfigs } from '../../../support/lanes.js';

/** Longer than a test: what happens before is not due to polling. */
const NEVER_MS = 600_000;

const dueLane = (transportId: number, lane: Partial<DueLane> = {}): DueLane => ({
  transportId,
  tenantUid: `tenant-${transportId}`,
  origin: `https://${transportId}.example.com`,
  encryptedWith: '',
  dueAt: 1,
  ...lane,
});
const notified = (transportId: number): LaneCandidate => ({ ...dueLane(transportId), dueAt: null });
const ids = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('LaneClaimer', () => {
  const running: LaneClaimer[] = [];
  afterEach(() => Promise.all(running.splice(0).map((claimer) => claimer.stop())));

  /** @param due number of lanes that are due */
  const scene = (due: number, options: Partial<LaneClaimerOptions> = {}, mostLanes = 16) => {
    const store = new KeepingLaneStore(...ids(due));
    store.dueLanes = ids(due).map((transportId) => dueLane(transportId));
    const held = new HeldLanes(mostLanes);
    const inspection = new InspectionList();
    const noted = {
      inspected: [] as number[],
      announced: [] as (readonly number[])[],
      errors: [] as [unknown, number][],
    };
    inspection.start((some) => noted.inspected.push(...[...some].map(({ transportId }) => transportId)));
    const claimer = new LaneClaimer(store, held, transportConfigs(), inspection, {
      holder: 'me',
      leaseMs: 30_000,
      pollMs: NEVER_MS,
      areWakeUpsProven: () => false,
      policy: NO_CIRCUIT,
      isBusy: () => false,
      now: () => NOW,
      elapsed: () => 0,
      announceWork: (some) => noted.announced.push(some),
      onError: (...failure) => noted.errors.push(failure),
      ...options,
    });
    running.push(claimer);
    const holds = () => [...held.all()].map(({ transportId }) => transportId);
    /** Runs the first round. */
    const begin = async () => {
      claimer.start();
      await eventually(() => claimer.rounds.lastSuccessAt !== null || noted.errors.length > 0);
    };
    return { store, held, claimer, noted, holds, begin };
  };

  describe('polling', () => {
    it('claims the due lanes in one statement, and has them inspected', async () => {
      const { store, noted, holds, begin } = scene(3);
      await begin();
      expect(store.claims).toEqual([{ holder: 'me', leaseMs: 30_000, transportIds: [1, 2, 3] }]);
      expect(holds()).toEqual([1, 2, 3]);
      await eventually(() => noted.inspected.length === 3);
    });

    it('succeeds if nothing is due', async () => {
      const { claimer, holds, begin } = scene(0);
      await begin();
      expect([holds(), claimer.rounds.lastSuccessAt, claimer.isShort]).toEqual([[], NOW, false]);
    });

    it('looks again after the poll interval', async () => {
      const { store, holds, begin } = scene(1, { pollMs: 5 });
      await begin();
      store.change(2, {});
      store.dueLanes.push(dueLane(2));
      await eventually(() => holds().length === 2);
    });

    it('reads on in pages until no lane is left or no place is free, and begins again at the first', async () => {
      const { store, claimer, holds, begin } = scene(40);
      await begin();
      // Newcomers get places of the reserve as well.
      expect([holds().length, claimer.isShort]).toEqual([16, true]);
      expect(store.pages).toEqual([{ after: FIRST_DUE, limit: 32 }]);
      const large = scene(100, {}, 64);
      await large.begin();
      expect(large.store.pages).toEqual([{ after: FIRST_DUE, limit: 128 }]);
      const paged = scene(70, {}, 64);
      paged.store.dueLanes = [
        ...ids(68).map((transportId) => dueLane(transportId, { tenantUid: 'big', origin: '' })),
        ...Array.from({ length: 70 }, (_, index) => dueLane(69 + index)),
      ];
      await paged.begin();
      expect(paged.store.pages[0]).toEqual({ after: FIRST_DUE, limit: 128 });
      expect(paged.store.pages[1]).toMatchObject({ after: { transportId: 128 }, limit: 32 });
    });

    it('claims no lane twice', async () => {
      const { store, claimer, holds, begin } = scene(2);
      await begin();
      claimer.look();
      await eventually(() => store.pages.length === 2);
      expect([store.claims.length, holds()]).toEqual([1, [1, 2]]);
    });

    it('leaves lanes that became due just now to idle processes while it is busy', async () => {
      const pollMs = 1_000;
      const { store, held, holds, begin } = scene(2, { pollMs, isBusy: () => true });
      const busy = { tenantUid: 'busy', origin: '' };
      held.places.acquire('busy', '');
      store.dueLanes = [
        dueLane(1, { ...busy, dueAt: NOW - pollMs - 50 }),
        dueLane(2, { ...busy, dueAt: NOW - pollMs - 49 }),
      ];
      await begin();
      expect(holds()).toEqual([1]);
    });

    it('frees the place if another process was faster', async () => {
      const { store, held, holds, begin } = scene(2);
      store.locked = new Set([1]);
      await begin();
      expect([holds(), held.places.taken]).toEqual([[2], 1]);
    });

    it('goes on without a lane that the database refuses to claim, and avoids it', async () => {
      const { store, held, claimer, noted, holds, begin } = scene(3);
      const error = refusal();
      store.fail = (_method, some) => (some.includes(2) ? error : undefined);
      await begin();
      await eventually(() => holds().length === 2);
      expect([holds(), held.places.taken, noted.errors]).toEqual([[1, 3], 2, [[error, 1]]]);
      store.fail = () => undefined;
      claimer.look();
      await eventually(() => store.pages.length === 2);
      expect(holds()).toEqual([1, 3]);
    });

    it('frees all places after an outage, and looks again soon', async () => {
      const { store, held, noted, holds, begin } = scene(2);
      let isAway = true;
      store.fail = (method) => (method === 'claim' && isAway ? outage() : undefined);
      await begin();
      expect([held.places.taken, noted.errors.length]).toEqual([0, 1]);
      isAway = false;
      await eventually(() => holds().length === 2);
    });

    it('does not claim a lane whose keys it lacks, and reports them', async () => {
      const { store, claimer, holds, begin } = scene(2);
      store.dueLanes = [dueLane(1, { encryptedWith: 'k9' }), dueLane(2)];
      await begin();
      expect([holds(), claimer.missingKeyIds]).toEqual([[2], ['k9']]);
    });
  });

  describe('being notified', () => {
    it('claims the lanes at once, without a look for others', async () => {
      const { store, claimer, holds, begin } = scene(0);
      await begin();
      store.change(7, {});
      const looks = store.pages.length;
      claimer.notifyWorkAdded([notified(7)]);
      await eventually(() => holds().length === 1);
      expect([holds(), store.pages.length]).toEqual([[7], looks]);
    });

    it('announces the lanes that it could not claim to other processes', async () => {
      const { store, claimer, noted, begin } = scene(0);
      await begin();
      store.change(7, {});
      claimer.notifyWorkAdded([notified(7), notified(8)]);
      await eventually(() => noted.announced.length > 0);
      expect(noted.announced).toEqual([[8]]);
    });

    it('looks for lanes that got no place as soon as a quarter of the places is free', async () => {
      const { store, held, claimer, noted, holds, begin } = scene(4, {}, 4);
      await begin();
      expect(holds()).toEqual([1, 2, 3, 4]);
      store.change(7, {});
      store.dueLanes = [dueLane(7)];
      claimer.notifyWorkAdded([notified(7)]);
      await eventually(() => noted.announced.length > 0);
      held.remove(held.get(1)!);
      claimer.lanesReleased();
      await eventually(() => holds().includes(7));
    });

    it('announces lanes at once that it will not claim, since it is stopped or disabled', async () => {
      const { claimer, noted, store, begin } = scene(0);
      await begin();
      claimer.setEnabled(false);
      claimer.notifyWorkAdded([notified(7)]);
      expect(noted.announced).toEqual([[7]]);
      claimer.setEnabled(true);
      await claimer.stop();
      claimer.notifyWorkAdded([notified(8)]);
      expect([noted.announced, store.claims]).toEqual([[[7], [8]], []]);
    });

    it('announces nothing if there is nothing to announce', () => {
      const { claimer, noted } = scene(0);
      claimer.leaveToOthers([]);
      expect(noted.announced).toEqual([]);
    });
  });

  describe('being disabled', () => {
    it('claims nothing until it is enabled again', async () => {
      const { store, claimer, holds } = scene(1);
      claimer.setEnabled(false);
      claimer.start();
      await new Promise(setImmediate);
      expect(store.calls).toEqual([]);
      claimer.setEnabled(true);
      await eventually(() => holds().length === 1);
    });

    it('drains a lane whose claim was under way', async () => {
      const { store, held, claimer, holds } = scene(1);
      const resume = store.pause();
      claimer.start();
      await new Promise(setImmediate);
      claimer.setEnabled(false);
      resume();
      await eventually(() => holds().length === 1);
      expect(held.get(1)!.state).toBe('DRAINING');
    });
  });

  describe('while wake-ups arrive', () => {
    const PROVEN = { areWakeUpsProven: () => true, pollMs: 5 };
    /** A scene whose first look is over, so that only a scheduled look claims anything. */
    const idle = async (options: Partial<LaneClaimerOptions> = {}) => {
      const idleScene = scene(0, { ...PROVEN, ...options });
      await idleScene.begin();
      idleScene.store.change(7, {});
      idleScene.store.dueLanes = [dueLane(7)];
      return idleScene;
    };

    it('looks when a lane becomes due, instead of polling', async () => {
      const { claimer, holds, store } = await idle();
      const looks = store.pages.length;
      claimer.scheduleLook(NOW - 1);
      await eventually(() => holds().length === 1);
      expect(store.pages.length).toBe(looks + 1);
    });

    it('looks once for many lanes that become due together', async () => {
      const { claimer, holds, store } = await idle({ pollMs: 50 });
      const looks = store.pages.length;
      for (let count = 0; count < 10; count++) claimer.scheduleLook(NOW);
      await eventually(() => holds().length === 1);
      expect(store.pages.length - looks).toBeLessThanOrEqual(2);
    });

    it('leaves lanes that are due later than 1.5 s to the next glance', async () => {
      const { claimer, holds, store } = await idle();
      const looks = store.pages.length;
      claimer.scheduleLook(NOW + 1_501);
      claimer.scheduleLook(NOW + 1);
      await eventually(() => holds().length === 1);
      expect(store.pages.length).toBe(looks + 1);
    });

    it('polls while a glance shows so many due dates that it may not show all', async () => {
      const { claimer, holds } = await idle();
      claimer.expectDue(Array.from({ length: 16 }, () => NOW + 60_000));
      await eventually(() => holds().length === 1);
    });

    it('looks at each due date of a glance', async () => {
      const { claimer, holds } = await idle();
      claimer.expectDue([NOW + 60_000, NOW + 5]);
      await eventually(() => holds().length === 1);
    });

    it('schedules no look if polling finds the lane anyway, or after it was stopped', async () => {
      const unproven = scene(0);
      unproven.claimer.scheduleLook(NOW);
      const { claimer, store } = await idle();
      const looks = store.pages.length;
      claimer.scheduleLook(NOW + 20);
      await claimer.stop();
      claimer.scheduleLook(NOW);
      await new Promise(setImmediate);
      expect([store.pages.length, unproven.store.pages]).toEqual([looks, []]);
    });
  });
});
