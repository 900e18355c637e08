import { describe, expect, it } from '@jest/globals';
import type { Lane } from '../../../../lib/delivery/lanes/lane.js';
import type { RequestedRows } from '../../../../lib/delivery/lanes/scan-rows.js';
import type { QueuedDelivery } from '../../../../lib/persistence/ports/lane-store.js';
import { at, block, deliver, laneOf, NOW, queued, read, rows } from '../../../support/lanes.js';

const HOUR_MS = 3_600_000;
const VERSION = 7;

const requested = (deliveryId: number, delivery: Partial<QueuedDelivery> = {}): QueuedDelivery =>
  queued(deliveryId, { dueAt: NOW + HOUR_MS, requested: 'MANUAL', ...delivery });

/** A lane in which something was requested before it was claimed. */
const laneWithRequests = (): Lane => laneOf({ maxConcurrency: 2 }, { requestsVersion: VERSION });

/** Lets the lane read these requested deliveries. */
function readRequests(lane: Lane, found: readonly QueuedDelivery[]): RequestedRows {
  const request = lane.nextRequests(at(0));
  if (!request) throw new Error('The lane wants no requests to be read.');
  return lane.acceptRequests({ transportId: 1, requestsVersion: VERSION, rows: found }, () => false);
}

const idsSent = (lane: Lane): number[] => {
  const ids: number[] = [];
  while (lane.readyCount > 0) ids.push(lane.next(NOW).deliveryId);
  return ids;
};

describe('A lane with requests for redeliveries', () => {
  it('sends them first, regardless of their due dates', () => {
    const lane = laneWithRequests();
    expect(readRequests(lane, [requested(8), requested(9)])).toEqual({ crashed: [], areServed: false });
    read(lane, rows(2));
    expect(idsSent(lane)).toEqual([8, 9, 1, 2]);
  });

  it('puts a delivery first that was ready before it was requested, with the trigger that was requested', () => {
    const lane = laneOf();
    read(lane, rows(3));
    lane.checked({ version: VERSION, requestsVersion: VERSION, transportVersion: 1 });
    readRequests(lane, [requested(3, { dueAt: 1_000 })]);
    expect(lane.readyCount).toBe(3);
    expect(lane.next(NOW)).toMatchObject({ deliveryId: 3, requested: 'MANUAL' });
    expect(idsSent(lane)).toEqual([1, 2]);
  });

  it('leaves those that wait behind another one of their key, and records those that a crashed holder has sent', () => {
    const lane = laneOf({}, { requestsVersion: VERSION, crashes: 1, leaseToken: 5 });
    const poison = requested(2, { notedToken: 4 });
    expect(readRequests(lane, [requested(1, { behind: true }), poison]).crashed).toEqual([poison]);
    expect(lane.readyCount).toBe(0);
    expect(lane.hasInHand(poison)).toBe(true);
  });

  it('reads again when an attempt that was in flight has failed, and sends the delivery next', () => {
    const lane = laneOf();
    read(lane, rows(1));
    const delivery = lane.next(NOW);
    lane.checked({ version: VERSION, requestsVersion: VERSION, transportVersion: 1 });
    readRequests(lane, [{ ...delivery, requested: 'MANUAL' }]);
    expect([lane.readyCount, lane.hasRequests]).toEqual([0, false]);
    lane.settled();
    lane.recorded(delivery, NOW + HOUR_MS);
    readRequests(lane, [requested(1, { attempts: 1 })]);
    expect(lane.next(NOW)).toMatchObject({ deliveryId: 1, attempts: 1, requested: 'MANUAL' });
  });

  it('is not released before it has read them, and asks once more when all of them have an outcome', () => {
    const lane = laneWithRequests();
    read(lane, [], { nextDueAt: NOW + HOUR_MS });
    expect(lane.release(NOW)).toBeUndefined();
    readRequests(lane, [requested(1)]);
    deliver(lane);
    expect(lane.release(NOW)).toBeUndefined();
    expect(readRequests(lane, [])).toEqual({ crashed: [], areServed: true });
    expect(lane.hasRequests).toBe(false);
    expect(lane.release(NOW)).toBeDefined();
  });

  it('does not send a delivery again before its due date if it could not be attempted', () => {
    const lane = laneWithRequests();
    readRequests(lane, [requested(1)]);
    const delivery = lane.next(NOW);
    lane.settled();
    lane.postponed(delivery, NOW + 30_000);
    expect(readRequests(lane, [requested(1, { dueAt: NOW + 30_000 })]).areServed).toBe(false);
    expect([lane.readyCount, lane.hasRequests]).toEqual([0, false]);
  });

  it('keeps to the block of its transport, and reads again what it gave up', () => {
    const lane = laneWithRequests();
    readRequests(lane, [requested(1)]);
    block(lane, NOW + 1_000);
    expect(lane.maySend(at(0))).toBe(false);
    expect(lane.release(NOW)).toMatchObject({ version: null, dueAt: NOW + 1_000 });
    lane.releaseFailed();
    expect(lane.nextRequests(at(0))).toBeUndefined();
    expect(lane.nextRequests({ elapsed: 0, now: NOW + 1_000 })).toMatchObject({ afterId: 0 });
  });

  it('reads many requests page by page, each page when few deliveries of the one before are left', () => {
    const lane = laneWithRequests();
    const { limit } = lane.nextRequests(at(0))!;
    const page = Array.from({ length: limit }, (_, index) => requested(index + 1));
    lane.acceptRequests({ transportId: 1, requestsVersion: VERSION, rows: page }, () => false);
    expect(lane.hasRequests).toBe(false);
    for (let sent = 0; sent <= limit / 2; sent += 1) deliver(lane);
    expect(lane.nextRequests(at(0))).toEqual({ transportId: 1, afterId: limit, limit });
  });

  it('reads its requests again if another one came during the read, or if the read failed', () => {
    const lane = laneWithRequests();
    expect(lane.nextRequests(at(0))).toBeDefined();
    // One read at a time.
    expect(lane.nextRead(at(0))).toBeUndefined();
    lane.checked({ version: 9, requestsVersion: 9, transportVersion: 1 });
    lane.acceptRequests({ transportId: 1, requestsVersion: VERSION, rows: [] }, () => false);
    expect(lane.hasRequests).toBe(true);
    expect(lane.nextRequests(at(0))).toBeDefined();
    lane.requestsFailed();
    expect(lane.hasRequests).toBe(true);
  });
});
