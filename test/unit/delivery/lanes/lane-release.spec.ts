import { describe, expect, it } from '@jest/globals';
import type { Lane } from '../../../../lib/delivery/lanes/lane.js';
import { accept, at, block, deliver, laneConfig, laneOf, NOW, read, rows } from '../../../support/lanes.js';

describe('Lane', () => {
  describe('being released', () => {
    const VERSION = 4;
    const versions = (version: number, transportVersion = 1) => ({
      version,
      requestsVersion: 0,
      transportVersion,
    });
    const idle = (nextDueAt: number | null = null): Lane => {
      const lane = laneOf();
      read(lane, [], { version: VERSION, nextDueAt });
      return lane;
    };

    it('is released at the version that its scan began with, due when the next delivery is', () => {
      expect(idle().release(NOW)).toEqual({
        transportId: 1,
        leaseToken: 1,
        version: VERSION,
        dueAt: null,
        consecutiveFailures: 0,
        rate: { used: 0, usedUntil: 0 },
        scanFrom: NOW,
      });
      expect(idle(NOW + 5).release(NOW)).toMatchObject({ version: VERSION, dueAt: NOW + 5 });
    });

    it('is released at the version of the first of several reads', () => {
      const lane = laneOf({ maxConcurrency: 1 });
      const { limit } = lane.nextRead(at(0))!;
      accept(lane, rows(limit), limit, { version: VERSION });
      while (lane.readyCount > 0) deliver(lane);
      read(lane, [], { version: VERSION + 1 });
      expect(lane.release(NOW)).toMatchObject({ version: VERSION });
    });

    it('is released once and reads no more, until the release has failed', () => {
      const lane = idle();
      lane.release(NOW);
      expect(lane.state).toBe('RELEASING');
      lane.notifyWorkAdded();
      expect(lane.release(NOW)).toBeUndefined();
      expect(lane.nextRead(at(0))).toBeUndefined();
      lane.releaseFailed();
      expect(lane.state).toBe('OPEN');
      expect(lane.nextRead(at(0))).toBeDefined();
    });

    it('sends nothing after a release whose result is unknown, until a renewal has shown that it is held', () => {
      const lane = idle();
      lane.release(NOW);
      lane.releaseUncertain(5);
      read(lane, rows(1));
      expect(lane.maySend(at(0))).toBe(false);
      expect(lane.needsRenewal(0)).toBe(true);
      // It was sent before the result of the release was in doubt, and may have been committed before the release.
      lane.renewed(5);
      expect(lane.maySend(at(6))).toBe(false);
      lane.renewed(6);
      expect(lane.maySend(at(6))).toBe(true);
    });

    it('goes on draining after a release that failed, also if a drain was requested while the release was under way', () => {
      const before = idle();
      before.drain();
      before.release(NOW);
      before.releaseFailed();
      const meanwhile = idle();
      meanwhile.release(NOW);
      meanwhile.drain();
      meanwhile.releaseFailed();
      expect([before.state, meanwhile.state]).toEqual(['DRAINING', 'DRAINING']);
      expect(meanwhile.release(NOW)).toMatchObject({ version: null });
    });

    it('is closed from every state, for good', () => {
      const [open, draining, releasing] = [idle(), idle(), idle()];
      draining.drain();
      releasing.release(NOW);
      for (const lane of [open, draining, releasing]) {
        lane.close();
        expect(lane.state).toBe('CLOSED');
        expect(lane.release(NOW)).toBeUndefined();
        expect(() => lane.releaseFailed()).toThrow('cannot change from CLOSED');
      }
    });

    it('is kept while there is anything to do', () => {
      const fresh = laneOf();
      expect(fresh.release(NOW)).toBeUndefined();
      const notified = idle();
      notified.notifyWorkAdded();
      expect(notified.release(NOW)).toBeUndefined();
      expect(idle(NOW).release(NOW)).toBeUndefined();
      const reading = idle();
      reading.notifyWorkAdded();
      reading.nextRead(at(0));
      expect(reading.release(NOW)).toBeUndefined();
    });

    it('is kept while a delivery is in hand, in flight or awaiting its record', () => {
      const lane = laneOf();
      read(lane, rows(1), { version: VERSION });
      expect(lane.release(NOW)).toBeUndefined();
      const delivery = lane.next(NOW);
      expect(lane.release(NOW)).toBeUndefined();
      lane.settled();
      expect(lane.release(NOW)).toBeUndefined();
      lane.recorded(delivery, null);
      expect(lane.release(NOW)).toMatchObject({ version: VERSION });
    });

    it('notices that work was added', () => {
      const lane = idle();
      lane.checked(versions(VERSION));
      expect(lane.nextRead(at(0))).toBeUndefined();
      lane.checked(versions(VERSION + 1));
      expect(lane.nextRead(at(0))).toBeDefined();
    });

    it('gives up what it has read when it is blocked, and is due at the end of the block', () => {
      const lane = laneOf();
      read(lane, rows(3));
      block(lane, NOW + 100);
      expect(lane.release(NOW)).toMatchObject({ version: null, dueAt: NOW + 100 });
      expect(lane.readyCount).toBe(0);
    });

    it('is released because of a block only when its requests have ended, and reads again if the block ends first', () => {
      const lane = laneOf();
      read(lane, rows(3), { version: VERSION });
      const delivery = lane.next(NOW);
      block(lane, NOW + 100);
      expect(lane.release(NOW)).toBeUndefined();
      lane.settled();
      lane.recorded(delivery, null);
      expect(lane.release(NOW + 100)).toBeUndefined();
      expect(lane.nextRead(at(0, NOW + 100))).toBeDefined();
    });

    it('is released whatever its version while its transport is not active: the resume schedules it again', () => {
      const lane = laneOf({ state: 'PAUSED', version: 3 });
      expect(lane.release(NOW)).toMatchObject({ version: null, dueAt: NOW + 1_000 });
    });

    it('is left to other processes while this one does not have the keys of its secrets', () => {
      const lane = laneOf({ missingKeyId: 'k2' });
      expect(lane.nextRead(at(0))).toBeUndefined();
      expect(lane.release(NOW)).toMatchObject({ version: null, dueAt: NOW });
    });

    it('is claimed again after 2 s, or earlier if a delivery is due, to look at outcomes that cannot be recorded', () => {
      for (const [nextDueAt, dueAt] of [
        [null, NOW + 2_000],
        [NOW + 90_000, NOW + 2_000],
        [NOW + 1_000, NOW + 1_000],
      ] as const) {
        const lane = laneOf();
        read(lane, rows(1), { version: VERSION, nextDueAt });
        const delivery = lane.next(NOW);
        lane.settled();
        lane.setAside(delivery);
        expect(lane.release(NOW)).toMatchObject({ version: VERSION, dueAt, scanFrom: delivery.dueAt });
      }
    });

    it('finds out that its configuration is out of date', () => {
      const lane = laneOf({ state: 'PAUSED', version: 3 });
      expect([lane.checked(versions(VERSION, 3)), lane.checked(versions(VERSION, 4))]).toEqual([false, true]);
      lane.configure(laneConfig({ version: 4 }), NOW, 0);
      expect(lane.nextRead(at(0))).toBeDefined();
    });

    it('gives up what it has not sent when it drains, and is released when its requests have ended', () => {
      const lane = laneOf();
      read(lane, rows(3));
      const delivery = lane.next(NOW);
      lane.drain();
      expect(lane.maySend(at(0))).toBe(false);
      expect(lane.nextRead(at(0))).toBeUndefined();
      expect(lane.release(NOW)).toBeUndefined();
      lane.settled();
      lane.recorded(delivery, null);
      expect(lane.release(NOW)).toMatchObject({ version: null, dueAt: NOW });
    });

    it('is released with everything that is not recorded when the process ends', () => {
      const lane = laneOf();
      read(lane, rows(3));
      lane.next(NOW);
      expect(lane.abandon(NOW)).toMatchObject({ version: null, dueAt: NOW, scanFrom: 1_000 });
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

    it('becomes long enough for a longer time-out with the next renewal', () => {
      const lane = laneOf({}, { leaseMs: 22_000 });
      read(lane, rows(1));
      lane.configure(laneConfig({ timeoutMs: 30_000 }), NOW, 0);
      expect(lane.maySend(at(0))).toBe(false);
      expect(lane.needsRenewal(1)).toBe(true);
      expect(lane.renewal(NOW)).toMatchObject({ leaseMs: 62_000 });
      lane.renewed(1);
      expect(lane.maySend(at(1))).toBe(true);
    });

    it('is renewed together with the rate usage and the date to scan from', () => {
      const lane = laneOf({ rateLimit: { requests: 5, perSeconds: 1 } });
      read(lane, rows(1));
      lane.next(NOW);
      expect(lane.renewal(NOW)).toMatchObject({
        rate: { used: 1, usedUntil: NOW + 1_000 },
        scanFrom: 1_000,
      });
    });
  });
});
