import { describe, expect, it } from '@jest/globals';
import { InspectionList } from '../../../../lib/delivery/lanes/inspection-list.js';
import { LaneReader } from '../../../../lib/delivery/lanes/lane-reader.js';
import type { Lane } from '../../../../lib/delivery/lanes/lane.js';
import { CLOCK_SLACK_MS, type QueuedDelivery } from '../../../../lib/persistence/ports/lane-store.js';
import { KeepingLaneStore } from '../../../support/keeping-lane-store.js';
import { outage, refusal } from '../../../support/keeping-record-store.js';
import { laneOf, laneTo, NOW, queued, rows } from '../../../support/lanes.js';

describe('LaneReader', () => {
  const scene = (count = 3, { sendsSoon = true } = {}) => {
    const lanes = Array.from({ length: count }, (_, index) => laneTo('shop', index + 1));
    const store = new KeepingLaneStore(...lanes.map(({ transportId }) => transportId));
    for (const { transportId } of lanes) store.rows.set(transportId, rows(2));
    const clock = { elapsed: 0 };
    const noted = {
      ahead: [] as number[],
      avoided: [] as number[],
      errors: [] as unknown[],
      parked: [] as QueuedDelivery[],
      crashed: [] as QueuedDelivery[],
      inspected: [] as number[],
      unrecorded: new Set<number>(),
    };
    const inspection = new InspectionList();
    inspection.start((some) => noted.inspected.push(...[...some].map(({ transportId }) => transportId)));
    const reader = new LaneReader(
      store,
      { loadAhead: async (ids) => void noted.ahead.push(...ids) },
      {
        isUnrecorded: (deliveryId) => noted.unrecorded.has(deliveryId),
        park: (_lane, some) => void noted.parked.push(...some),
        recordCrashes: (_lane, some) => void noted.crashed.push(...some),
      },
      { avoid: (transportId) => noted.avoided.push(transportId) },
      inspection,
      {
        now: () => NOW,
        elapsed: () => clock.elapsed,
        sendsSoon: () => sendsSoon,
        onError: (error) => noted.errors.push(error),
      },
    );
    const schedule = (some: readonly Lane[] = lanes) => {
      for (const lane of some) reader.schedule(lane);
      reader.read();
    };
    const readAll = (some?: readonly Lane[]) => {
      schedule(some);
      return reader.settled();
    };
    const ready = () => lanes.map(({ readyCount }) => readyCount);
    /** Reads and records all rows. Ten seconds later, the next reads begin at the head. */
    const repeatFromHead = async (some: readonly Lane[]) => {
      await readAll(some);
      for (const lane of some) {
        while (lane.readyCount > 0) lane.recorded(lane.next(NOW), null);
        lane.notifyWorkAdded();
      }
      clock.elapsed = 10_000;
      for (const lane of lanes) lane.confirmed(clock.elapsed);
    };
    return { lanes, store, noted, reader, schedule, readAll, ready, repeatFromHead };
  };

  it('reads all lanes that run low in one statement, and has them inspected', async () => {
    const { store, noted, readAll, ready, reader } = scene();
    await readAll();
    expect(store.callsOf('read')).toEqual([[1, 2, 3]]);
    expect(ready()).toEqual([2, 2, 2]);
    // The clocks of two processes differ.
    expect(store.readUpTo).toEqual([NOW + CLOCK_SLACK_MS]);
    expect(reader.rounds.lastSuccessAt).toBe(NOW);
    await new Promise(setImmediate);
    expect(noted.inspected).toEqual([1, 2, 3]);
  });

  it('has one statement under way at a time, and then reads the lanes that were scheduled meanwhile', async () => {
    const { lanes, store, schedule, reader, ready } = scene();
    const resume = store.pause();
    schedule([lanes[0]!]);
    schedule();
    schedule([lanes[2]!]);
    expect(store.callsOf('read')).toEqual([[1]]);
    resume();
    await reader.settled();
    expect(store.callsOf('read')).toEqual([[1], [2, 3]]);
    expect(ready()).toEqual([2, 2, 2]);
  });

  it('loads the bodies ahead only if they are sent soon', async () => {
    const [soon, later] = [scene(1), scene(1, { sendsSoon: false })];
    await soon.readAll();
    await later.readAll();
    expect([soon.noted.ahead, later.noted.ahead]).toEqual([[1, 2], []]);
  });

  it('repeats a read from the head of a lane beside the other reads, since that may be slow', async () => {
    const { lanes, store, schedule, reader, repeatFromHead } = scene();
    const [slow, , fast] = lanes as [Lane, Lane, Lane];
    await repeatFromHead([slow]);
    const resume = store.pause();
    schedule([slow]);
    await new Promise(setImmediate);
    schedule([slow, fast]);
    expect(store.callsOf('read')).toEqual([[1], [1], [3]]);
    resume();
    await reader.settled();
    expect([slow.readyCount, fast.readyCount]).toEqual([2, 2]);
  });

  it('repeats reads from the head for one lane at a time', async () => {
    const { lanes, store, schedule, reader, ready, repeatFromHead } = scene();
    const [first, second, third] = lanes as [Lane, Lane, Lane];
    await repeatFromHead(lanes);
    store.calls.splice(0);
    let resume = (): void => undefined;
    // The first read pauses the store, so the second one, which begins after it, waits for `resume`.
    store.fail = (_method, ids) => void (ids.includes(1) && (resume = store.pause()));
    schedule([first, second]);
    await new Promise(setImmediate);
    schedule([third]);
    await new Promise(setImmediate);
    expect(store.callsOf('read')).toEqual([[1], [2]]);
    resume();
    await reader.settled();
    expect([store.callsOf('read'), ready()]).toEqual([
      [[1], [2], [3]],
      [2, 2, 2],
    ]);
  });

  it('passes rows that must not be sent to the recorder, and leaves out those whose outcome is not recorded', async () => {
    const { store, noted, readAll } = scene(1);
    const [behind, crashed] = [queued(2, { orderingKey: 'k', behind: true }), queued(3, { notedToken: 4 })];
    const lane = laneOf({}, { crashes: 1, leaseToken: 5 });
    store.rows.set(1, [queued(1), behind, crashed, queued(4)]);
    noted.unrecorded.add(4);
    await readAll([lane]);
    expect([noted.parked, noted.crashed, lane.readyCount]).toEqual([[behind], [crashed], 1]);
  });

  it('drains and avoids a lane that the database refuses to read, and reads the others', async () => {
    const { lanes, store, noted, readAll, ready, reader } = scene();
    const error = refusal();
    store.fail = (_method, ids) => (ids.includes(2) ? error : undefined);
    await readAll();
    expect(ready()).toEqual([2, 0, 2]);
    expect(lanes.map(({ state }) => state)).toEqual(['OPEN', 'DRAINING', 'OPEN']);
    expect([noted.avoided, noted.errors]).toEqual([[2], [error]]);
    expect(reader.rounds.isWholeStage).toBe(false);
  });

  it('counts as failing as a whole if the database refuses five lanes', async () => {
    const { store, readAll, reader } = scene(5);
    store.fail = () => refusal();
    await readAll();
    expect(reader.rounds).toMatchObject({ consecutiveFailures: 5, isWholeStage: true });
  });

  it('drains and avoids a lane whose read takes too long', async () => {
    const { lanes, store, noted, readAll } = scene(2);
    store.fail = (_method, ids) =>
      ids.includes(1) ? Object.assign(new Error('canceled'), { code: '57014' }) : undefined;
    await readAll();
    expect(lanes.map(({ state }) => state)).toEqual(['DRAINING', 'OPEN']);
    expect(noted.avoided).toEqual([1]);
  });

  it('reads all lanes again after an outage, and drains none of them', async () => {
    const { lanes, store, noted, readAll, ready, reader } = scene();
    store.fail = () => outage();
    await readAll();
    expect(store.callsOf('read')).toEqual([[1, 2, 3]]);
    expect(lanes.map(({ state }) => state)).toEqual(['OPEN', 'OPEN', 'OPEN']);
    expect([noted.avoided, noted.errors.length, reader.rounds.isWholeStage]).toEqual([[], 1, true]);
    await new Promise(setImmediate);
    expect(noted.inspected).toEqual([]);
    store.fail = () => undefined;
    await readAll();
    expect(ready()).toEqual([2, 2, 2]);
  });

  it('reads a lane again that is missing from the result', async () => {
    const { store, readAll, ready } = scene(2);
    store.locked = new Set([1]);
    await readAll();
    expect(ready()).toEqual([0, 2]);
    store.locked = new Set();
    await readAll();
    expect(ready()).toEqual([2, 2]);
  });
});
