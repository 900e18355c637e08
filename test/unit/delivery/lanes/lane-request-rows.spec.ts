import { describe, expect, it } from '@jest/globals';
import type { Lane } from '../../../../lib/delivery/lanes/lane.js';
import type { QueuedDelivery } from '../../../../lib/persistence/ports/lane-store.js';
import { accept, at, laneOf, NOW, queued, read, rows } from '../../../support/lanes.js';

const VERSION = 7;
const requested = (deliveryId: number, delivery: Partial<QueuedDelivery> = {}): QueuedDelivery =>
  queued(deliveryId, { requested: 'MANUAL', ...delivery });

const acceptRequests = (lane: Lane, found: readonly QueuedDelivery[], unrecorded: readonly number[] = []) =>
  lane.acceptRequests({ transportId: 1, requestsVersion: VERSION, rows: found }, ({ deliveryId }) =>
    unrecorded.includes(deliveryId),
  );
/** A lane that has read these requested deliveries. */
const laneWith = (...found: QueuedDelivery[]): Lane => {
  const lane = laneOf({}, { requestsVersion: VERSION });
  lane.nextRequests(at(0));
  acceptRequests(lane, found);
  return lane;
};

describe('Requested deliveries of a lane', () => {
  it('are read only if there are some, and not while another read is under way', () => {
    expect(laneOf().nextRequests(at(0))).toBeUndefined();
    const lane = laneOf({}, { requestsVersion: VERSION });
    const { limit } = lane.nextRead(at(0))!;
    expect(lane.nextRequests(at(0))).toBeUndefined();
    accept(lane, [], limit);
    expect(lane.nextRequests(at(0))).toBeDefined();
    lane.notifyWorkAdded();
    expect(lane.nextRead(at(0))).toBeUndefined();
    lane.requestsFailed();
    expect(lane.nextRead(at(0))).toBeDefined();
  });

  it('are read again if one was recorded while they were read', () => {
    const lane = laneOf({}, { requestsVersion: VERSION });
    read(lane, rows(1));
    const delivery = lane.next(NOW);
    lane.nextRequests(at(0));
    lane.recorded(delivery, null);
    acceptRequests(lane, [requested(1)]);
    expect([lane.readyCount, lane.hasRequests]).toEqual([0, true]);
  });

  it('are not sent while an earlier outcome is not recorded, and are read again when it is', () => {
    const lane = laneOf({}, { requestsVersion: VERSION });
    lane.nextRequests(at(0));
    acceptRequests(lane, [requested(1)], [1]);
    expect([lane.readyCount, lane.hasRequests]).toEqual([0, false]);
    lane.recorded(queued(1), NOW + 5_000);
    expect(lane.hasRequests).toBe(true);
  });

  it('are read again after one of them was returned or orphaned, but not after another delivery was', () => {
    for (const end of ['returned', 'orphaned'] as const) {
      const lane = laneWith(requested(1), requested(2));
      expect(lane.hasRequests).toBe(false);
      lane[end](lane.next(NOW));
      expect(lane.hasRequests).toBe(true);
      const other = laneOf();
      read(other, rows(2));
      other[end](other.next(NOW));
      expect(other.hasRequests).toBe(false);
    }
  });

  it('wait for their due date if they could not be attempted; one that is requested after that does not wait', () => {
    const lane = laneWith(requested(1));
    lane.postponed(lane.next(NOW), NOW + 30_000);
    lane.nextRequests(at(0));
    acceptRequests(lane, [requested(1, { dueAt: NOW + 30_000 })]);
    expect(lane.readyCount).toBe(0);
    const other = laneOf();
    read(other, rows(1));
    other.postponed(other.next(NOW), NOW + 30_000);
    other.checked({ version: VERSION, requestsVersion: VERSION, transportVersion: 1 });
    other.nextRequests(at(0));
    acceptRequests(other, [requested(1, { dueAt: NOW + 30_000 })]);
    expect(other.readyCount).toBe(1);
  });

  it('are sent first if they were ready, at any position, and are not sent again while they are in flight', () => {
    const lane = laneOf();
    read(lane, rows(3));
    const inFlight = lane.next(NOW);
    lane.checked({ version: VERSION, requestsVersion: VERSION, transportVersion: 1 });
    lane.nextRequests(at(0));
    acceptRequests(lane, [requested(1), requested(2)]);
    expect([lane.readyCount, lane.hasRequests]).toEqual([2, false]);
    const first = lane.next(NOW);
    expect(first).toMatchObject({ deliveryId: 2, requested: 'MANUAL' });
    lane.recorded(inFlight, NOW + 5_000);
    expect(lane.hasRequests).toBe(true);
    lane.nextRequests(at(0));
    acceptRequests(lane, [requested(1, { dueAt: NOW + 5_000 }), requested(2)]);
    // The second one is in flight because of its request, so its outcome needs no other read.
    expect(lane.readyCount).toBe(2);
    lane.recorded(first, NOW + 5_000);
    expect(lane.hasRequests).toBe(false);
  });

  it('stay first if they were the first of the ready deliveries', () => {
    const lane = laneOf();
    read(lane, rows(2));
    lane.checked({ version: VERSION, requestsVersion: VERSION, transportVersion: 1 });
    lane.nextRequests(at(0));
    acceptRequests(lane, [requested(1)]);
    expect([lane.readyCount, lane.next(NOW)]).toMatchObject([2, { deliveryId: 1, requested: 'MANUAL' }]);
  });
});

describe('A lane that has sent hundreds of deliveries', () => {
  it('keeps their order and sends each once', () => {
    const lane = laneOf({ maxConcurrency: 100 });
    const sent: number[] = [];
    for (let from = 1; from <= 2_001; from += 500) {
      lane.notifyWorkAdded();
      const { limit } = lane.nextRead(at(0))!;
      const some = rows(500).map((row, index) => ({ ...row, deliveryId: from + index }));
      accept(lane, some, limit);
      while (lane.readyCount > 0) {
        const delivery = lane.next(NOW);
        sent.push(delivery.deliveryId);
        lane.recorded(delivery, null);
      }
    }
    expect(sent).toEqual(Array.from({ length: 2_500 }, (_, index) => index + 1));
  });
});
