import { describe, expect, it } from '@jest/globals';
import { InspectionList } from '../../../../lib/delivery/lanes/inspection-list.js';
import type { Lane } from '../../../../lib/delivery/lanes/lane.js';
import { RequestReader } from '../../../../lib/delivery/lanes/request-reader.js';
import type { QueuedDelivery } from '../../../../lib/persistence/ports/lane-store.js';
import type { ServedRequests } from '../../../../lib/persistence/ports/request-store.js';
import { outage, refusal } from '../../../support/keeping-record-store.js';
import { laneOf, laneTo, NOW, queued, read } from '../../../support/lanes.js';

const VERSION = 7;

describe('RequestReader', () => {
  const scene = (count = 3, { isRequested = true } = {}) => {
    const lanes = Array.from({ length: count }, (_, index) => laneTo('shop', index + 1));
    if (isRequested) for (const lane of lanes) request(lane);
    const requested = new Map<number, readonly QueuedDelivery[]>(
      lanes.map(({ transportId }) => [transportId, [queued(9, { transportId, requested: 'MANUAL' })]]),
    );
    const reads: number[][] = [];
    const cleared: (readonly ServedRequests[])[] = [];
    const noted = { avoided: [] as number[], errors: [] as unknown[], inspected: [] as number[] };
    const database = {
      fail: (_ids: readonly number[]): Error | undefined => undefined,
      gate: Promise.resolve(),
    };
    const inspection = new InspectionList();
    inspection.start((some) => noted.inspected.push(...[...some].map(({ transportId }) => transportId)));
    const crashes: QueuedDelivery[] = [];
    const unrecorded = new Set<number>();
    const reader = new RequestReader(
      {
        read: async (requests) => {
          const ids = requests.map(({ transportId }) => transportId);
          reads.push(ids);
          await database.gate;
          const error = database.fail(ids);
          if (error) throw error;
          return ids.flatMap((transportId) => {
            const found = requested.get(transportId);
            return found ? [{ transportId, requestsVersion: VERSION, rows: found }] : [];
          });
        },
        clear: async (served) => void cleared.push(served),
      },
      {
        isUnrecorded: (deliveryId) => unrecorded.has(deliveryId),
        recordCrashes: (_lane, some) => void crashes.push(...some),
      },
      { avoid: (transportId) => noted.avoided.push(transportId) },
      inspection,
      { now: () => NOW, elapsed: () => 0, onError: (error) => noted.errors.push(error) },
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
    return {
      lanes,
      requested,
      reads,
      cleared,
      noted,
      crashes,
      unrecorded,
      database,
      reader,
      schedule,
      readAll,
      ready,
    };
  };

  const request = (lane: Lane): boolean =>
    lane.checked({ version: VERSION, requestsVersion: VERSION, transportVersion: 1 });

  it('reads the requests of all lanes in one statement, and has them inspected', async () => {
    const { reads, cleared, noted, readAll, ready } = scene();
    await readAll();
    expect([reads, ready(), cleared]).toEqual([[[1, 2, 3]], [1, 1, 1], []]);
    await new Promise(setImmediate);
    expect(noted.inspected).toEqual([1, 2, 3]);
  });

  it('runs no statement for lanes without requests', async () => {
    const { reads, readAll } = scene(3, { isRequested: false });
    await readAll();
    expect(reads).toEqual([]);
  });

  it('has one statement under way at a time, and then reads the lanes that were scheduled meanwhile', async () => {
    const { lanes, reads, database, schedule, reader, ready } = scene(2);
    let resume!: () => void;
    database.gate = new Promise((resolve) => (resume = resolve));
    schedule([lanes[0]!]);
    schedule([lanes[1]!]);
    expect(reads).toEqual([[1]]);
    resume();
    await reader.settled();
    expect([reads, ready()]).toEqual([
      [[1], [2]],
      [1, 1],
    ]);
  });

  it('waits for a lane in which due rows are being read', async () => {
    const { lanes, reads, readAll, ready } = scene(1);
    const [lane] = lanes as [Lane];
    lane.nextRead({ now: NOW, elapsed: 0 });
    await readAll();
    expect(reads).toEqual([]);
    lane.readFailed();
    await readAll();
    expect([reads, ready()]).toEqual([[[1]], [1]]);
  });

  it('resets the version of the requests of a lane in which none is left, and of no other', async () => {
    const { requested, cleared, readAll } = scene();
    requested.set(2, []);
    await readAll();
    expect(cleared).toEqual([[{ transportId: 2, requestsVersion: VERSION }]]);
  });

  it('passes a delivery that crashed the previous holder to the recorder', async () => {
    const { requested, crashes, readAll } = scene(1);
    const lane = laneOf({}, { crashes: 1, leaseToken: 5, requestsVersion: VERSION });
    requested.set(1, [queued(9, { requested: 'MANUAL', notedToken: 4 })]);
    await readAll([lane]);
    expect(crashes).toMatchObject([{ deliveryId: 9 }]);
    expect(lane.readyCount).toBe(0);
  });

  it('does not send a delivery whose earlier outcome is not recorded', async () => {
    const { unrecorded, readAll, ready } = scene(1);
    unrecorded.add(9);
    await readAll();
    expect(ready()).toEqual([0]);
  });

  it('drains and avoids a lane that the database refuses to read, and reads the others', async () => {
    const { lanes, noted, database, readAll, ready } = scene();
    const error = refusal();
    database.fail = (ids) => (ids.includes(2) ? error : undefined);
    await readAll();
    expect(ready()).toEqual([1, 0, 1]);
    expect(lanes.map(({ state }) => state)).toEqual(['OPEN', 'DRAINING', 'OPEN']);
    expect([noted.avoided, noted.errors]).toEqual([[2], [error]]);
  });

  it('reads again after an outage, or if a lane is missing from the result; meanwhile due rows are read', async () => {
    const { lanes, requested, noted, database, readAll, ready } = scene(2);
    database.fail = () => outage();
    await readAll();
    expect([ready(), noted.errors.length, noted.avoided]).toEqual([[0, 0], 1, []]);
    database.fail = () => undefined;
    const rowsOfTwo = requested.get(2)!;
    requested.delete(2);
    await readAll();
    expect(ready()).toEqual([1, 0]);
    read(lanes[1]!, []);
    requested.set(2, rowsOfTwo);
    await readAll();
    expect(ready()).toEqual([1, 1]);
  });
});
