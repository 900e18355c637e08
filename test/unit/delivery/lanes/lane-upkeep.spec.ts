import { describe, expect, it } from '@jest/globals';
import { HeldLanes } from '../../../../lib/delivery/lanes/held-lanes.js';
import { InspectionList } from '../../../../lib/delivery/lanes/inspection-list.js';
import { LaneRenewals } from '../../../../lib/delivery/lanes/lane-renewals.js';
import { LaneUpkeep } from '../../../../lib/delivery/lanes/lane-upkeep.js';
import { KeepingLaneStore } from '../../../support/keeping-lane-store.js';
import { outage, refusal } from '../../../support/keeping-record-store.js';
import { at, claimedLane, laneTo, NOW, read, rows, transportConfigs } from '../../../support/lanes.js';

describe('LaneUpkeep', () => {
  const scene = (count = 3) => {
    const ids = Array.from({ length: count }, (_, index) => index + 1);
    const store = new KeepingLaneStore(...ids);
    const held = new HeldLanes(2 * count);
    const lanes = ids.map((transportId) => laneTo('shop', transportId));
    for (const lane of lanes) {
      const { transportId, origin, tenantUid } = lane;
      held.places.acquire(tenantUid, origin);
      held.add(lane, { transportId, tenantUid, origin, encryptedWith: '', dueAt: null });
    }
    const clock = { elapsed: 5_000 };
    const clocks = { now: () => NOW, elapsed: () => clock.elapsed };
    const avoided: number[] = [];
    const inspection = new InspectionList();
    const inspected: number[] = [];
    inspection.start((some) => inspected.push(...[...some].map(({ transportId }) => transportId)));
    const upkeep = new LaneUpkeep(
      store,
      held,
      new LaneRenewals(store, clocks),
      transportConfigs(),
      { avoid: (transportId) => avoided.push(transportId) },
      inspection,
      clocks,
    );
    const mayStillSend = (elapsed: number) => lanes.map((lane) => lane.mayStillSend(at(elapsed)));
    return { store, held, lanes, clock, avoided, inspected, upkeep, mayStillSend };
  };

  it('runs no statement while no lane is held', async () => {
    const { store, upkeep } = scene(0);
    expect(await upkeep.refresh()).toEqual([]);
    expect(store.calls).toEqual([]);
  });

  it('lets the lanes send for as long as a check is valid, counted from its start', async () => {
    const { store, upkeep, clock, mayStillSend, inspected } = scene(2);
    const resume = store.pause();
    const refreshing = upkeep.refresh();
    clock.elapsed = 5_500;
    resume();
    expect(await refreshing).toEqual([]);
    expect([mayStillSend(5_900), mayStillSend(5_901)]).toEqual([
      [true, true],
      [false, false],
    ]);
    expect(store.calls).toEqual([['check', 1, 2]]);
    await new Promise(setImmediate);
    expect(inspected).toEqual([1, 2]);
  });

  it('renews only leases of which a third has passed', async () => {
    const { store, lanes, upkeep, clock } = scene(2);
    lanes[1]!.renewed(5_000);
    clock.elapsed = 10_001;
    await upkeep.refresh();
    expect(store.callsOf('renew')).toEqual([[1]]);
  });

  it('gives up lanes that were deleted, released or claimed by another process, and resets the crashes of the claimed ones', async () => {
    const { store, held, lanes, inspected, upkeep } = scene(4);
    store.lanes.delete(1);
    store.change(2, { isHeld: false });
    store.change(3, { leaseToken: 2 });
    expect(await upkeep.refresh()).toEqual(lanes.slice(0, 3));
    expect(lanes.map(({ state }) => state)).toEqual(['CLOSED', 'CLOSED', 'CLOSED', 'OPEN']);
    expect([...held.all()]).toEqual([lanes[3]]);
    expect(store.callsOf('forgiveCrashes')).toEqual([[3]]);
    await new Promise(setImmediate);
    expect(inspected).toEqual([4]);
  });

  it('keeps a lane whose release is under way, since the release may have succeeded', async () => {
    const { store, lanes, upkeep } = scene(1);
    read(lanes[0]!, []);
    lanes[0]!.release(NOW);
    store.change(1, { isHeld: false });
    expect(await upkeep.refresh()).toEqual([]);
    expect(lanes[0]!.state).toBe('RELEASING');
  });

  it('reads a configuration that has changed, and gives up a lane whose transport was deleted meanwhile', async () => {
    const { store, lanes, upkeep } = scene();
    const { transport } = claimedLane();
    store.change(1, { transportVersion: 2 });
    store.change(2, { transportVersion: 2 });
    store.configurations.set(1, { ...transport, maxConcurrency: 3, version: 2 });
    expect(await upkeep.refresh()).toEqual([lanes[1]]);
    expect(store.callsOf('transports')).toEqual([[1, 2]]);
    expect(lanes[0]!.config).toMatchObject({ maxConcurrency: 3, version: 2 });
  });

  it('notices work that was added', async () => {
    const { store, lanes, upkeep } = scene(2);
    for (const lane of lanes) read(lane, []);
    store.change(2, { version: 1 });
    await upkeep.refresh();
    expect(lanes.map(({ isNotified }) => isNotified)).toEqual([false, true]);
  });

  it.each(['check', 'transports'] as const)(
    'drains and avoids a lane for which the database refuses the call %s, and the others go on',
    async (method) => {
      const { store, lanes, upkeep, avoided, clock, mayStillSend } = scene();
      for (const { transportId } of lanes) {
        store.change(transportId, { transportVersion: 2 });
        store.configurations.set(transportId, { ...claimedLane().transport, version: 2 });
        read(lanes[transportId - 1]!, rows(1));
      }
      store.fail = (called, ids) => (called === method && ids.includes(2) ? refusal() : undefined);
      clock.elapsed = 5_500;
      expect(await upkeep.refresh()).toEqual([]);
      expect(lanes.map(({ state }) => state)).toEqual(['OPEN', 'DRAINING', 'OPEN']);
      expect(avoided).toEqual([2]);
      expect(mayStillSend(6_400)).toEqual([true, false, true]);
    },
  );

  it('changes no lane if the database is not available', async () => {
    const { store, lanes, upkeep, avoided, mayStillSend } = scene();
    store.fail = () => outage();
    await expect(upkeep.refresh()).rejects.toThrow('connection refused');
    expect(lanes.map(({ state }) => state)).toEqual(['OPEN', 'OPEN', 'OPEN']);
    expect([avoided, mayStillSend(5_000)]).toEqual([[], [false, false, false]]);
  });
});
