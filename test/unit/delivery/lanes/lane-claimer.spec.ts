import { afterEach, describe, expect, it } from '@jest/globals';
import type { LaneClaimer, LaneClaimerOptions } from '../../../../lib/delivery/lanes/lane-claimer.js';
import { FIRST_DUE } from '../../../../lib/persistence/ports/lane-store.js';
import { claimerScene, dueLane, ids, notifiedLane } from '../../../support/claimer-scene.js';
import { eventually } from '../../../support/eventually.js';
import { outage, refusal } from '../../../support/keeping-record-store.js';
import { NOW } from '../../../support/lanes.js';

describe('LaneClaimer', () => {
  const running: LaneClaimer[] = [];
  afterEach(() => Promise.all(running.splice(0).map((claimer) => claimer.stop())));

  const scene = (due: number, options: Partial<LaneClaimerOptions> = {}, mostLanes?: number) => {
    const { claimer, noted, ...rest } = claimerScene(due, options, mostLanes);
    running.push(claimer);
    /** Runs the first round. */
    const begin = async () => {
      claimer.start();
      await eventually(() => claimer.rounds.lastSuccessAt !== null || noted.errors.length > 0);
    };
    return { claimer, noted, ...rest, begin };
  };

  describe('polling', () => {
    it('claims the due lanes in one statement, and has them inspected', async () => {
      const { store, held, noted, holds, begin } = scene(3);
      await begin();
      expect(store.claims).toEqual([{ holder: 'me', leaseMs: 30_000, transportIds: [1, 2, 3] }]);
      expect(holds()).toEqual([1, 2, 3]);
      expect(held.get(1)!.state).toBe('OPEN');
      await eventually(() => noted.inspected.length === 3);
    });

    it('succeeds if nothing is due', async () => {
      const { claimer, holds, begin } = scene(0);
      await begin();
      expect([holds(), claimer.rounds.lastSuccessAt, claimer.isShort]).toEqual([[], NOW, false]);
    });

    it('reads on in pages until no lane is left or no place is free', async () => {
      const { store, claimer, holds, begin } = scene(40);
      await begin();
      // Each of these lanes has a tenant and an origin that hold no other lane, so the reserve is used as well.
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
      claimer.notifyWorkAdded([notifiedLane(7)]);
      await eventually(() => holds().length === 1);
      expect([holds(), store.pages.length]).toEqual([[7], looks]);
    });

    it('announces to other processes the lanes that it could not claim', async () => {
      const { store, claimer, noted, begin } = scene(0);
      await begin();
      store.change(7, {});
      claimer.notifyWorkAdded([notifiedLane(7), notifiedLane(8)]);
      await eventually(() => noted.announced.length > 0);
      expect(noted.announced).toEqual([[8]]);
    });

    it('looks for lanes that got no place as soon as a quarter of the places is free', async () => {
      const { store, held, claimer, noted, holds, begin } = scene(4, {}, 4);
      await begin();
      expect(holds()).toEqual([1, 2, 3, 4]);
      store.change(7, {});
      store.dueLanes = [dueLane(7)];
      claimer.notifyWorkAdded([notifiedLane(7)]);
      await eventually(() => noted.announced.length > 0);
      held.remove(held.get(1)!);
      claimer.lanesReleased();
      await eventually(() => holds().includes(7));
    });

    it('announces lanes at once that it will not claim, since it is stopped or disabled', async () => {
      const { claimer, noted, store, begin } = scene(0);
      await begin();
      claimer.setEnabled(false);
      claimer.notifyWorkAdded([notifiedLane(7)]);
      expect(noted.announced).toEqual([[7]]);
      claimer.setEnabled(true);
      await claimer.stop();
      claimer.notifyWorkAdded([notifiedLane(8)]);
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
});
