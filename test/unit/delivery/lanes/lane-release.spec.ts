import { describe, expect, it } from '@jest/globals';
import type { Lane } from '../../../lib/delivery/lane.js';
import { block, deliver, laneConfig, laneOf, NOW, read, rows, takenLane } from '../../support/lanes.js';

describe('Lane', () => {
  describe('giving itself back', () => {
    const VERSION = 4;
    const idle = (nextDueAt: number | null = null): Lane => {
      const lane = laneOf();
      read(lane, [], { version: VERSION, nextDueAt });
      return lane;
    };

    it('names the version that its scan began with, and when the next delivery will be due', () => {
      expect(idle().release(NOW)).toEqual({
        transportId: 1,
        leaseToken: 1,
        version: VERSION,
        dueAt: null,
        isEmpty: true,
        ended: 0,
        consecutiveFailures: 0,
        rate: { used: 0, usedUntil: 0 },
      });
      expect(idle(NOW + 5).release(NOW)).toMatchObject({ version: VERSION, dueAt: NOW + 5, isEmpty: false });
    });

    it('names the version of the first of several reads', () => {
      const lane = laneOf({ maxConcurrency: 1 });
      const { limit } = lane.nextRead(NOW)!;
      lane.accept({ transportId: 1, version: VERSION, nextDueAt: null, rows: rows(limit) }, limit);
      while (lane.readyCount > 0) deliver(lane);
      read(lane, [], { version: VERSION + 1 });
      expect(lane.release(NOW)).toMatchObject({ version: VERSION });
    });

    it('does so once, and reads no more, unless it is kept', () => {
      const lane = idle();
      lane.release(NOW);
      lane.told();
      expect(lane.release(NOW)).toBeUndefined();
      expect(lane.nextRead(NOW)).toBeUndefined();
      lane.kept();
      expect(lane.nextRead(NOW)).toBeDefined();
    });

    it('does not while there is anything to do', () => {
      const fresh = laneOf();
      expect(fresh.release(NOW)).toBeUndefined();
      const told = idle();
      told.told();
      expect(told.release(NOW)).toBeUndefined();
      expect(idle(NOW).release(NOW)).toBeUndefined();
      const reading = idle();
      reading.told();
      reading.nextRead(NOW);
      expect(reading.release(NOW)).toBeUndefined();
    });

    it('does not while anything is in hand, answered or not', () => {
      const lane = laneOf();
      read(lane, rows(1), { version: VERSION });
      expect(lane.release(NOW)).toBeUndefined();
      const delivery = lane.next(NOW);
      expect(lane.release(NOW)).toBeUndefined();
      lane.answered();
      expect(lane.release(NOW)).toBeUndefined();
      lane.recorded(delivery, null);
      expect(lane.release(NOW)).toMatchObject({ version: VERSION });
    });

    it('notices that work was added', () => {
      const lane = idle();
      lane.checked(VERSION, 1);
      expect(lane.nextRead(NOW)).toBeUndefined();
      lane.checked(VERSION + 1, 1);
      expect(lane.nextRead(NOW)).toBeDefined();
    });

    it('drops what it has read when it is blocked, and comes back at the end of the block', () => {
      const lane = laneOf();
      read(lane, rows(3));
      block(lane, NOW + 100);
      expect(lane.release(NOW)).toMatchObject({ version: null, dueAt: NOW + 100 });
      expect(lane.readyCount).toBe(0);
    });

    it('waits for what is in flight before it gives a blocked lane back, and reads again if the block ends first', () => {
      const lane = laneOf();
      read(lane, rows(3), { version: VERSION });
      const delivery = lane.next(NOW);
      block(lane, NOW + 100);
      expect(lane.release(NOW)).toBeUndefined();
      lane.answered();
      lane.recorded(delivery, null);
      expect(lane.release(NOW + 100)).toBeUndefined();
      expect(lane.nextRead(NOW + 100)).toBeDefined();
    });

    it('sleeps while its transport is paused, if nobody has changed it since that was read', () => {
      const lane = laneOf({ state: 'PAUSED', version: 3 });
      expect(lane.release(NOW)).toBeUndefined();
      expect(lane.checked(VERSION, 3)).toBe(false);
      expect(lane.release(NOW)).toMatchObject({ version: VERSION, dueAt: null, isEmpty: false });
    });

    it('finds out that its configuration is out of date', () => {
      const lane = laneOf({ state: 'PAUSED', version: 3 });
      expect(lane.checked(VERSION, 4)).toBe(true);
      expect(lane.release(NOW)).toBeUndefined();
      lane.configure(laneConfig({ version: 4 }), NOW, 0);
      expect(lane.nextRead(NOW)).toBeDefined();
    });

    it('goes at once when somebody else should have it, without what has not been sent', () => {
      const lane = laneOf();
      read(lane, rows(3));
      const delivery = lane.next(NOW);
      lane.yield();
      expect(lane.maySend(0, NOW)).toBe(false);
      expect(lane.nextRead(NOW)).toBeUndefined();
      expect(lane.release(NOW)).toBeUndefined();
      lane.answered();
      lane.recorded(delivery, null);
      expect(lane.release(NOW)).toMatchObject({ version: null, dueAt: NOW });
    });

    it('abandons what is not sent when the process ends', () => {
      const lane = laneOf();
      read(lane, rows(3));
      lane.next(NOW);
      expect(lane.abandon(NOW)).toMatchObject({ version: null, dueAt: NOW });
    });
  });

  describe('its lease', () => {
    it('is renewed when a third of it has gone', () => {
      const lane = laneOf({}, { leaseMs: 30_000 });
      expect(lane.needsRenewal(9_999)).toBe(false);
      expect(lane.needsRenewal(10_001)).toBe(true);
      lane.renewed(10_001);
      expect(lane.needsRenewal(20_000)).toBe(false);
    });

    it('becomes long enough for a longer time-out, at once', () => {
      const lane = laneOf({}, { leaseMs: 22_000 });
      read(lane, rows(1));
      lane.configure(laneConfig({ timeoutMs: 30_000 }), NOW, 0);
      expect(lane.maySend(0, NOW)).toBe(false);
      expect(lane.needsRenewal(1)).toBe(true);
      expect(lane.renewal(NOW)).toMatchObject({ leaseMs: 62_000 });
      lane.renewed(1);
      expect(lane.maySend(1, NOW)).toBe(true);
    });

    it('is renewed a second after deliveries have ended, so that others know how many are left', () => {
      const lane = laneOf({}, { ended: 40 });
      expect(lane.needsRenewal(2_000)).toBe(false);
      lane.ended();
      expect([lane.needsRenewal(999), lane.needsRenewal(1_000)]).toEqual([false, true]);
      const { ended } = lane.renewal(NOW);
      expect(ended).toBe(41);
      lane.ended();
      lane.renewed(1_000, ended);
      expect([lane.needsRenewal(1_999), lane.needsRenewal(2_000)]).toEqual([false, true]);
      expect(lane.renewal(NOW)).toMatchObject({ ended: 42 });
      lane.renewed(2_000);
      expect(lane.needsRenewal(3_000)).toBe(false);
    });

    it('that this process itself took again goes on with what it has counted, unless the database knows of more', () => {
      const lane = laneOf({}, { ended: 40 });
      lane.ended();
      expect(lane.retaken(takenLane({ leaseToken: 2, ended: 40 }), 0)).toBe(true);
      expect(lane.renewal(NOW)).toMatchObject({ ended: 41 });
      expect(lane.retaken(takenLane({ leaseToken: 3, ended: 50 }), 0)).toBe(true);
      expect(lane.renewal(NOW)).toMatchObject({ ended: 50 });
    });

    it('is renewed along with the use of the rate limit', () => {
      const lane = laneOf({ rateLimit: { requests: 5, perSeconds: 1 } });
      read(lane, rows(1));
      lane.next(NOW);
      expect(lane.renewal(NOW).rate).toEqual({ used: 1, usedUntil: NOW + 1_000 });
    });
  });
});
