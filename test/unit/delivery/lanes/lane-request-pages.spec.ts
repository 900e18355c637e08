import { describe, expect, it } from '@jest/globals';
import { LaneRequests } from '../../../../lib/delivery/lanes/lane-requests.js';
import { queued } from '../../../support/lanes.js';

const PAGE = 100;
const VERSION = 7;
const page = (from: number, count = PAGE) =>
  Array.from({ length: count }, (_, index) => queued(from + index, { requested: 'MANUAL' }));

/** Reads a page as a lane does. All of its deliveries are then in hand. */
function readPage(requests: LaneRequests, from: number, count = PAGE, requestsVersion = VERSION) {
  const { afterId } = requests.next(1);
  const rows = page(from, count);
  const areServed = requests.accept({ transportId: 1, requestsVersion, rows });
  for (const { deliveryId } of rows) requests.taken(deliveryId);
  return { afterId, areServed };
}
const settle = (requests: LaneRequests, from: number, count: number) => {
  for (const { deliveryId } of page(from, count)) requests.settled(deliveryId);
};

describe('The requests of a lane', () => {
  it('are read in pages, the next one when fewer than 50 deliveries are in hand', () => {
    const requests = new LaneRequests(VERSION);
    expect(requests.next(1)).toEqual({ transportId: 1, afterId: 0, limit: PAGE });
    expect(readPage(requests, 1)).toEqual({ afterId: 0, areServed: false });
    settle(requests, 1, 50);
    expect(requests.isDue).toBe(false);
    settle(requests, 51, 1);
    expect(requests.isDue).toBe(true);
    expect(readPage(requests, 101, 3)).toEqual({ afterId: 100, areServed: false });
    expect(requests.isDue).toBe(false);
  });

  it('are read again from the first when all deliveries in hand have an outcome, and all count as served if none is found', () => {
    const requests = new LaneRequests(VERSION);
    readPage(requests, 1, 2);
    settle(requests, 1, 1);
    expect(requests.isDue).toBe(false);
    settle(requests, 2, 1);
    expect(requests.isDue).toBe(true);
    expect(readPage(requests, 1, 0)).toEqual({ afterId: 0, areServed: true });
    expect(requests.isDue).toBe(false);
  });

  it('do not count as served if an earlier page of the same pass contained some', () => {
    const requests = new LaneRequests(VERSION);
    readPage(requests, 1);
    settle(requests, 1, 60);
    expect(readPage(requests, 101, 0)).toEqual({ afterId: 100, areServed: false });
  });

  it('have no version to reset if none was requested', () => {
    const requests = new LaneRequests(0);
    requests.missed();
    expect(readPage(requests, 1, 0, 0).areServed).toBe(false);
  });

  it('are read once more if another one arrives while later pages are read', () => {
    const requests = new LaneRequests(VERSION);
    readPage(requests, 1);
    settle(requests, 1, 60);
    requests.noticeVersion(VERSION + 1);
    readPage(requests, 101, 0, VERSION + 1);
    expect(requests.isDue).toBe(true);
    expect(readPage(requests, 61, 40, VERSION + 1).afterId).toBe(0);
    expect(requests.isDue).toBe(false);
  });

  it('need no second read if the first page already shows a newer version', () => {
    const requests = new LaneRequests(VERSION);
    readPage(requests, 1, 2, VERSION + 3);
    expect(requests.isDue).toBe(false);
    requests.noticeVersion(VERSION + 3);
    expect(requests.isDue).toBe(false);
  });

  it('keep their version if a holder that had lost the lane has reset it late', () => {
    const requests = new LaneRequests(VERSION);
    readPage(requests, 1, 1, 0);
    expect(requests.isDue).toBe(false);
    requests.noticeVersion(VERSION);
    expect(requests.isDue).toBe(false);
    requests.noticeVersion(VERSION + 1);
    expect(requests.isDue).toBe(true);
  });

  it('are read from the first again after a page that could not be read', () => {
    const requests = new LaneRequests(VERSION);
    readPage(requests, 1);
    settle(requests, 1, 60);
    requests.next(1);
    requests.failed();
    expect([requests.isDue, requests.next(1).afterId]).toEqual([true, 0]);
  });

  it('are read again after a repeated read that failed', () => {
    const requests = new LaneRequests(VERSION);
    readPage(requests, 1, 2);
    settle(requests, 1, 2);
    requests.next(1);
    requests.failed();
    expect([requests.isDue, requests.next(1).afterId]).toEqual([true, 0]);
  });

  it('are read again when an awaited attempt has an outcome, also if others are in hand', () => {
    const requests = new LaneRequests(VERSION);
    readPage(requests, 1, 2);
    requests.awaits(9);
    requests.settled(8);
    expect(requests.isDue).toBe(false);
    requests.settled(9);
    expect(requests.isDue).toBe(true);
  });

  it('let a postponed delivery wait for its due date, and treat it as postponed until it has an outcome', () => {
    const requests = new LaneRequests(VERSION);
    readPage(requests, 1, 1);
    requests.postponed(1);
    expect([requests.isPostponed(1), requests.has(1), requests.isDue]).toEqual([true, false, true]);
    requests.settled(1);
    expect(requests.isPostponed(1)).toBe(false);
  });
});
