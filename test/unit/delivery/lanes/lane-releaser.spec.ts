import { describe, expect, it } from '@jest/globals';
import { HeldLanes } from '../../../../lib/delivery/lanes/held-lanes.js';
import { InspectionList } from '../../../../lib/delivery/lanes/inspection-list.js';
import { LaneReleaser } from '../../../../lib/delivery/lanes/lane-releaser.js';
import type { Lane } from '../../../../lib/delivery/lanes/lane.js';
import { PARKED_DUE_AT } from '../../../../lib/persistence/ports/record-store.js';
import { KeepingLaneStore } from '../../../support/keeping-lane-store.js';
import { outage, refusal } from '../../../support/keeping-record-store.js';
import { laneTo, NOW, read, rows } from '../../../support/lanes.js';

describe('LaneReleaser', () => {
  /** Lanes that have nothing to do. @param nextDueAt when their next delivery is due */
  const scene = (count = 3, nextDueAt: number | null = null) => {
    const lanes = Array.from({ length: count }, (_, index) => laneTo('shop', index + 1));
    const store = new KeepingLaneStore(...lanes.map(({ transportId }) => transportId));
    const held = new HeldLanes(2 * count);
    for (const lane of lanes) {
      read(lane, [], { nextDueAt });
      const { transportId, origin, tenantUid } = lane;
      held.places.acquire(tenantUid, origin);
      held.add(lane, { transportId, tenantUid, origin, encryptedWith: '', dueAt: null });
    }
    const noted = {
      calls: [] as string[],
      errors: [] as [unknown, number][],
      inspected: [] as number[],
      unparked: new Set<number>(),
      asked: [] as (readonly number[])[],
    };
    const inspection = new InspectionList();
    inspection.start((some) => noted.inspected.push(...[...some].map(({ transportId }) => transportId)));
    const releaser = new LaneReleaser(
      store,
      {
        unpark: async (ids) => {
          noted.asked.push(ids);
          return noted.unparked;
        },
      },
      held,
      {
        lanesReleased: () => void noted.calls.push('lanesReleased'),
        leaveToOthers: (ids) => {
          if (ids.length > 0) noted.calls.push(`leaveToOthers ${ids.join(' ')}`);
        },
        notifyWorkAdded: (some) =>
          void noted.calls.push(`notifyWorkAdded ${some.map(({ transportId }) => transportId).join(' ')}`),
        leaveForAWhile: (transportId) => void noted.calls.push(`leaveForAWhile ${transportId}`),
        scheduleLook: (dueAt) => void noted.calls.push(`scheduleLook ${dueAt - NOW}`),
      },
      inspection,
      { now: () => NOW, elapsed: () => 0, onError: (...failure) => noted.errors.push(failure) },
    );
    const schedule = (some: readonly Lane[] = lanes) => {
      for (const lane of some) releaser.schedule(lane);
      releaser.release();
    };
    const release = (some?: readonly Lane[]) => {
      schedule(some);
      return releaser.settled();
    };
    const inspected = async () => {
      await new Promise(setImmediate);
      return noted.inspected;
    };
    const states = () => lanes.map(({ state }) => state);
    return { lanes, store, held, noted, releaser, schedule, release, inspected, states };
  };

  it('releases all idle lanes in one statement, and this process may claim others then', async () => {
    const { store, held, noted, release, states } = scene();
    await release();
    expect(store.callsOf('release')).toEqual([[1, 2, 3]]);
    expect([states(), held.size, held.places.taken]).toEqual([['CLOSED', 'CLOSED', 'CLOSED'], 0, 0]);
    expect(noted.calls).toEqual(['lanesReleased']);
  });

  it('keeps lanes that have something to do, or that are not held any more', async () => {
    const { lanes, store, held, noted, release } = scene(2);
    lanes[0]!.notifyWorkAdded();
    held.remove(lanes[1]!);
    await release();
    expect([store.calls, lanes[0]!.state]).toEqual([[], 'OPEN']);
    expect([noted.calls, noted.errors]).toEqual([[], []]);
  });

  it('has one statement under way at a time, and then releases the lanes that were scheduled meanwhile', async () => {
    const { lanes, store, schedule, releaser, held } = scene(2);
    const resume = store.pause();
    schedule([lanes[0]!]);
    schedule([lanes[1]!]);
    await new Promise(setImmediate);
    expect(store.callsOf('release')).toEqual([[1]]);
    resume();
    await releaser.settled();
    await releaser.settled();
    expect([store.callsOf('release'), held.size]).toEqual([[[1], [2]], 0]);
  });

  it('schedules a look for the time at which a released lane is due again', async () => {
    const { noted, release } = scene(1, NOW + 500);
    await release();
    expect(noted.calls).toEqual(['scheduleLook 500', 'lanesReleased']);
  });

  it('announces a released lane that has due work, so that another process claims it', async () => {
    const { lanes, noted, release } = scene(2, NOW + 500);
    lanes[1]!.drain();
    await release();
    expect(noted.calls).toContain('leaveToOthers 2');
    expect(noted.calls).not.toContain('leaveToOthers 1 2');
  });

  it('announces no lane that was not released', async () => {
    const { lanes, store, noted, release } = scene(2);
    for (const lane of lanes) lane.drain();
    store.locked = new Set([1]);
    await release();
    expect(noted.calls.filter((call) => call.startsWith('leaveToOthers'))).toEqual(['leaveToOthers 2']);
  });

  it('claims a lane again to which this process added work after the release had committed', async () => {
    const { lanes, store, noted, schedule, releaser, states } = scene(1);
    const resume = store.pause();
    schedule();
    lanes[0]!.notifyWorkAdded();
    resume();
    await releaser.settled();
    expect([states(), noted.calls]).toEqual([['CLOSED'], ['notifyWorkAdded 1', 'lanesReleased']]);
  });

  it('leaves a lane that it drained to other processes, even if the lane has ready deliveries', async () => {
    const { lanes, noted, release, states } = scene(1);
    const [lane] = lanes as [Lane];
    lane.notifyWorkAdded();
    read(lane, rows(2));
    lane.drain();
    await release();
    expect(lane.isNotified).toBe(true);
    expect([states(), noted.calls]).toEqual([
      ['CLOSED'],
      ['leaveToOthers 1', expect.stringMatching(/^scheduleLook /), 'lanesReleased'],
    ]);
  });

  it('leaves a lane that it shares to other processes for a while, once the lane is released', async () => {
    const { lanes, store, noted, releaser, release } = scene(2);
    for (const lane of lanes) lane.drain();
    releaser.share(lanes[0]!);
    store.locked = new Set([1]);
    await release();
    expect(noted.calls).not.toContain('leaveForAWhile 1');
    store.locked = new Set();
    await release([lanes[0]!]);
    expect(noted.calls.filter((call) => call.startsWith('leaveForAWhile'))).toEqual(['leaveForAWhile 1']);
  });

  it('looks at a lane again at once if its release failed, since work was added', async () => {
    const { store, held, release, inspected, states } = scene(2);
    store.locked = new Set([2]);
    await release();
    expect([states(), held.size]).toEqual([['CLOSED', 'OPEN'], 1]);
    expect(await inspected()).toEqual([2]);
  });

  it('does not retry a lane at once that fails twice within a second, since its row may be locked', async () => {
    const { lanes, store, release, inspected } = scene(1);
    store.locked = new Set([1]);
    await release();
    await inspected();
    read(lanes[0]!, []);
    await release();
    expect(store.callsOf('release')).toEqual([[1], [1]]);
    expect(await inspected()).toEqual([1]);
  });

  it('ignores the result for a lane that was lost while its release was under way', async () => {
    const { lanes, store, held, noted, schedule, releaser } = scene(1);
    const resume = store.pause();
    schedule();
    held.remove(lanes[0]!);
    resume();
    await releaser.settled();
    expect([lanes[0]!.state, noted.errors]).toEqual(['CLOSED', []]);
  });

  it.each([
    ['is not confirmed', undefined],
    ['is refused', refusal()],
    ['fails', outage()],
  ])('leaves a lane alone that was lost during its release, also if the release %s', async (_, error) => {
    const { lanes, store, held, noted, schedule, releaser, inspected } = scene(1);
    const resume = store.pause();
    store.locked = new Set([1]);
    store.fail = () => error;
    schedule();
    held.remove(lanes[0]!);
    resume();
    await releaser.settled();
    expect([lanes[0]!.state, noted.errors]).toEqual(['CLOSED', error ? [[error, 1]] : []]);
    expect(await inspected()).toEqual([]);
  });

  it('sends nothing for a lane whose release the database refuses, and releases the others', async () => {
    const { lanes, store, noted, release, states } = scene();
    const error = refusal();
    store.fail = (_method, ids) => (ids.includes(2) ? error : undefined);
    await release();
    expect([states(), noted.errors]).toEqual([['CLOSED', 'OPEN', 'CLOSED'], [[error, 1]]]);
    expect(lanes[1]!.coversAttempt(0)).toBe(false);
  });

  it('sends nothing for any of the lanes after an outage, and counts the failures in a row', async () => {
    const { lanes, store, noted, release, states } = scene();
    const [first, second, third] = lanes as [Lane, Lane, Lane];
    store.fail = () => outage();
    await release([first, second]);
    for (const lane of [first, second]) read(lane, []);
    await release([first, second]);
    expect(states()).toEqual(['OPEN', 'OPEN', 'OPEN']);
    expect(lanes.map((lane) => lane.coversAttempt(0))).toEqual([false, false, true]);
    store.fail = () => undefined;
    for (const lane of [first, second]) read(lane, []);
    await release([first, second]);
    store.fail = () => outage();
    await release([third]);
    expect(noted.errors.map(([, failures]) => failures)).toEqual([1, 2, 1]);
  });

  it('unparks deliveries of a lane that contains nothing else, and keeps a lane in which it found some', async () => {
    const { store, held, noted, release, states } = scene(2, PARKED_DUE_AT);
    noted.unparked.add(1);
    await release();
    expect(noted.asked).toEqual([[1, 2]]);
    expect([store.callsOf('release'), states(), held.size]).toEqual([[[2]], ['OPEN', 'CLOSED'], 1]);
    const only = scene(1, PARKED_DUE_AT);
    only.noted.unparked.add(1);
    await only.release();
    expect(only.store.callsOf('release')).toEqual([]);
  });

  it('does not search for parked deliveries in a lane that has other deliveries', async () => {
    const { noted, release } = scene(1, NOW + 500);
    await release();
    expect(noted.asked).toEqual([]);
  });

  it('abandons lanes with requests in flight when the process ends, and announces them', async () => {
    const { lanes, store, noted, releaser } = scene(1);
    const [lane] = lanes as [Lane];
    lane.notifyWorkAdded();
    read(lane, rows(2));
    lane.next(NOW);
    await releaser.abandon(lanes);
    expect(store.releases).toMatchObject([{ transportId: 1, version: null, dueAt: NOW, scanFrom: 1_000 }]);
    expect(noted.calls).toEqual(['leaveToOthers 1']);
  });
});
