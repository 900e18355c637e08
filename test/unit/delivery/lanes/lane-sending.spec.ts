import { describe, expect, it } from '@jest/globals';
import type { Lane } from '../../../../lib/delivery/lanes/lane.js';
import {
  at,
  concluded,
  deliver,
  laneConfig,
  laneOf,
  NO_CIRCUIT,
  NOW,
  queued,
  read,
  rows,
} from '../../../support/lanes.js';

describe('Lane', () => {
  describe('sending', () => {
    it('hands deliveries out in the order in which they were read, as many at a time as its transport allows', () => {
      const lane = laneOf({ maxConcurrency: 2 });
      read(lane, rows(3));
      expect(lane.maySend(at(0))).toBe(true);
      expect([lane.next(NOW).deliveryId, lane.next(NOW).deliveryId]).toEqual([1, 2]);
      expect(lane.maySend(at(0))).toBe(false);
      lane.settled();
      expect(lane.maySend(at(0))).toBe(true);
      expect(lane.next(NOW).deliveryId).toBe(3);
      lane.settled();
      expect(lane.maySend(at(0))).toBe(false);
    });

    it('sends nothing if its last check is older than 900 ms, since its transport may have been paused', () => {
      const lane = laneOf({ timeoutMs: 10_000 }, { leaseMs: 30_000 });
      read(lane, rows(1));
      lane.confirmed(5_000);
      expect(lane.maySend(at(5_900))).toBe(true);
      expect(lane.maySend(at(5_901))).toBe(false);
    });

    it('sends only while the lease leaves time for a whole attempt', () => {
      const lane = laneOf({ timeoutMs: 10_000 }, { leaseMs: 30_000 });
      read(lane, rows(1));
      lane.confirmed(19_000);
      expect(lane.maySend(at(19_500))).toBe(true);
      expect(lane.maySend(at(19_501))).toBe(false);
      lane.renewed(15_000);
      lane.confirmed(34_000);
      expect(lane.maySend(at(34_500))).toBe(true);
      expect(lane.maySend(at(34_501))).toBe(false);
    });

    it('sends nothing while it is blocked, paused or disabled', () => {
      const blocked = laneOf({}, { blockedUntil: NOW + 1 });
      expect(blocked.nextRead(at(0))).toBeUndefined();
      read(laneOf({}, { blockedUntil: NOW }), rows(1));
      for (const state of ['PAUSED', 'DISABLED'] as const)
        expect(laneOf({ state }).nextRead(at(0))).toBeUndefined();
      const lane = laneOf();
      read(lane, rows(1));
      lane.configure(laneConfig({ state: 'PAUSED', version: 2 }), NOW, 0);
      expect(lane.maySend(at(0))).toBe(false);
    });

    it('keeps the rate limit, including what earlier holders used of it', () => {
      const rateLimit = { requests: 3, perSeconds: 1 };
      const lane = laneOf({ rateLimit }, { rate: { used: 1, usedUntil: NOW + 400 } });
      read(lane, rows(5));
      lane.next(NOW);
      lane.next(NOW + 10);
      expect(lane.maySend(at(0, NOW + 10))).toBe(false);
      expect(lane.rateDelayMs(NOW + 10)).toBe(390);
      expect(lane.maySend(at(0, NOW + 400))).toBe(true);
      lane.next(NOW + 400);
      expect(lane.renewal(NOW + 500).rate).toEqual({ used: 3, usedUntil: NOW + 1_400 });
      expect(lane.maySend(at(0, NOW + 999))).toBe(false);
      expect(lane.maySend(at(0, NOW + 1_000))).toBe(true);
    });
  });

  describe('with deliveries of a recovery', () => {
    const recovered = (deliveryId: number) => queued(deliveryId, { requested: 'RECOVERY' });

    it('sends fresh ones first, and keeps half of the requests in flight for these', () => {
      const lane = laneOf({ maxConcurrency: 4 });
      read(lane, [recovered(1), recovered(2), recovered(3), queued(4), queued(5)]);
      expect(lane.readyCount).toBe(5);
      const sent = Array.from({ length: 4 }, () => lane.next(NOW));
      expect(sent.map(({ deliveryId }) => deliveryId)).toEqual([4, 5, 1, 2]);
      lane.settled();
      lane.settled();
      // Two of the recovered ones have no outcome yet.
      expect(lane.maySend(at(0))).toBe(false);
      lane.recorded(sent[2]!, null);
      expect(lane.maySend(at(0))).toBe(true);
      expect(lane.next(NOW).deliveryId).toBe(3);
    });

    it('sends at least one at a time, and leaves those that were not sent to the next holder', () => {
      const lane = laneOf({ maxConcurrency: 1 });
      read(lane, [recovered(1), recovered(2)]);
      const first = lane.next(NOW);
      lane.settled();
      lane.returned(first);
      expect(lane.next(NOW).deliveryId).toBe(2);
      lane.settled();
      lane.drain();
      expect(lane.abandon(NOW).scanFrom).toBeLessThanOrEqual(first.dueAt);
    });
  });

  describe('after crashes of its holders', () => {
    /** Noted by the holder with this token before it was sent. */
    const noted = (deliveryId: number, notedToken: number) => queued(deliveryId, { notedToken });

    it('runs in quarantine mode from the second crash in a row on: each delivery is noted before it is sent', () => {
      const mustNote = [0, 1, 2, 3].map((crashes) => laneOf({}, { crashes }).mustNote(queued(1)));
      expect(mustNote).toEqual([false, false, true, true]);
    });

    it('notes a delivery that was noted before, also outside of quarantine mode', () => {
      expect(laneOf().mustNote(noted(1, 4))).toBe(true);
    });

    it('does not send a delivery that its last holder had noted when it crashed, but returns it as crashed', () => {
      const guilty = noted(2, 4);
      const lane = laneOf({}, { crashes: 1, leaseToken: 5 });
      expect(read(lane, [queued(1), guilty, noted(3, 3)])).toEqual({ behind: [], crashed: [guilty] });
      expect(lane.readyCount).toBe(2);
      expect(lane.release(NOW)).toBeUndefined();
    });

    it('sends a delivery that its last holder had noted if that holder released the lane', () => {
      const lane = laneOf({}, { crashes: 0, leaseToken: 5 });
      expect(read(lane, [noted(2, 4)])).toEqual({ behind: [], crashed: [] });
      expect(lane.readyCount).toBe(1);
    });

    it('drains, and so ends the quarantine, once three times maxConcurrency deliveries have an outcome', () => {
      const lane = laneOf({ maxConcurrency: 1 }, { crashes: 2 });
      read(lane, rows(5));
      deliver(lane);
      deliver(lane);
      expect([lane.state, lane.maySend(at(0))]).toEqual(['OPEN', true]);
      deliver(lane);
      expect([lane.state, lane.maySend(at(0))]).toEqual(['DRAINING', false]);
      expect(lane.release(NOW)).toMatchObject({ version: null, dueAt: NOW });
    });
  });

  describe('learning from an attempt', () => {
    const failing = (lane: Lane, outcome: Partial<Parameters<Lane['learn']>[0]> = {}) =>
      lane.learn(concluded(queued(1), 9_000, outcome), NOW, 0.5);

    it('has the beginning and the end of a series of failures written, and nothing in between', () => {
      const lane = laneOf();
      expect(failing(lane)).toMatchObject({
        transportId: 1,
        leaseToken: 1,
        blockedUntil: null,
        failingSince: 1_000,
      });
      expect(failing(lane)).toBeUndefined();
      expect(lane.learn(concluded(queued(1), null), NOW, 0)).toMatchObject({ failingSince: null });
      expect(lane.learn(concluded(queued(1), null), NOW, 0)).toBeUndefined();
    });

    it('is blocked at once for as long as the receiver asks, and no block is shortened', () => {
      const lane = laneOf();
      read(lane, rows(2));
      expect(failing(lane, { blockedUntil: NOW + 5_000 })).toMatchObject({ blockedUntil: NOW + 5_000 });
      failing(lane, { blockedUntil: NOW + 1_000 });
      expect(lane.maySend(at(0, NOW + 4_999))).toBe(false);
      expect(lane.maySend(at(0, NOW + 5_000))).toBe(true);
    });

    it('is disabled at once if the receiver is gone', () => {
      const lane = laneOf();
      read(lane, rows(2));
      const gone = { outcome: { kind: 'failed', reason: 'GONE', disable: 'GONE' } } as const;
      expect(failing(lane, gone)).toMatchObject({ disabledReason: 'GONE' });
      expect(lane.maySend(at(0))).toBe(false);
    });

    it('disables a transport that has failed for too long', () => {
      const lane = laneOf({ failingSince: 1 }, {}, { ...NO_CIRCUIT, disableAfterMs: NOW - 1 });
      expect(failing(lane)).toMatchObject({ disabledReason: 'FAILING' });
    });

    it('warns at each stage once in a series of failures, also if an earlier holder has warned', () => {
      const policy = { ...NO_CIRCUIT, disableAfterMs: 20_000 };
      const lane = laneOf({ failingSince: 0, failingWarned: 25 }, {}, policy);
      const warnedAt = (now: number) => lane.learn(concluded(queued(1), 30_000), now, 0.5)?.failingWarned;
      expect([9_999, 10_000, 14_999, 15_000, 19_999].map(warnedAt)).toEqual([
        undefined,
        50,
        undefined,
        75,
        undefined,
      ]);
      lane.learn(concluded(queued(1), null), 19_999, 0);
      // The next series of failures begins at 1,000.
      expect([5_999, 6_000].map(warnedAt)).toEqual([undefined, 25]);
    });

    it('opens the circuit after the configured failures in a row, then sends single probes until one succeeds', () => {
      const policy = { circuitFailures: 2, circuitCoolDownMs: 1_000, disableAfterMs: Infinity };
      const lane = laneOf({}, { consecutiveFailures: 1 }, policy);
      read(lane, rows(5));
      expect(failing(lane)).toMatchObject({ consecutiveFailures: 2, blockedUntil: NOW + 1_000 });
      expect(lane.maySend(at(0, NOW + 999))).toBe(false);
      expect(lane.maySend(at(0, NOW + 1_000))).toBe(true);
      lane.next(NOW + 1_000);
      expect(lane.maySend(at(0, NOW + 1_000))).toBe(false);
      lane.settled();
      lane.learn(concluded(queued(1), null), NOW + 1_000, 0);
      lane.next(NOW + 1_000);
      expect(lane.maySend(at(0, NOW + 1_000))).toBe(true);
    });

    it('learns nothing from an attempt that never reached the receiver', () => {
      const lane = laneOf();
      expect(failing(lane, { isAboutReceiver: false, blockedUntil: NOW + 1 })).toBeUndefined();
    });
  });
});
