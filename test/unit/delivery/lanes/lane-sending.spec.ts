import { describe, expect, it } from '@jest/globals';
import type { Lane } from '../../../lib/delivery/lane.js';
import {
  concluded,
  deliver,
  laneConfig,
  laneOf,
  NO_CIRCUIT,
  NOW,
  queued,
  read,
  rows,
} from '../../support/lanes.js';

describe('Lane', () => {
  describe('sending', () => {
    it('hands deliveries out in the order in which they were read, as many at a time as its transport allows', () => {
      const lane = laneOf({ maxConcurrency: 2 });
      read(lane, rows(3));
      expect(lane.maySend(0, NOW)).toBe(true);
      expect([lane.next(NOW).deliveryId, lane.next(NOW).deliveryId]).toEqual([1, 2]);
      expect(lane.maySend(0, NOW)).toBe(false);
      lane.answered();
      expect(lane.maySend(0, NOW)).toBe(true);
      expect(lane.next(NOW).deliveryId).toBe(3);
      lane.answered();
      expect(lane.maySend(0, NOW)).toBe(false);
    });

    it('sends nothing when a look at the configuration is overdue: it may have been paused', () => {
      const lane = laneOf({ timeoutMs: 10_000 }, { leaseMs: 30_000 });
      read(lane, rows(1));
      lane.confirmed(5_000);
      expect(lane.maySend(5_900, NOW)).toBe(true);
      expect(lane.maySend(5_901, NOW)).toBe(false);
    });

    it('sends only while the lease leaves room for a whole attempt', () => {
      const lane = laneOf({ timeoutMs: 10_000 }, { leaseMs: 30_000 });
      read(lane, rows(1));
      lane.confirmed(19_000);
      expect(lane.maySend(19_500, NOW)).toBe(true);
      expect(lane.maySend(19_501, NOW)).toBe(false);
      lane.renewed(15_000);
      lane.confirmed(34_000);
      expect(lane.maySend(34_500, NOW)).toBe(true);
      expect(lane.maySend(34_501, NOW)).toBe(false);
    });

    it('sends nothing while it is blocked, paused or disabled', () => {
      const blocked = laneOf({}, { blockedUntil: NOW + 1 });
      expect(blocked.nextRead(NOW)).toBeUndefined();
      read(laneOf({}, { blockedUntil: NOW }), rows(1));
      for (const state of ['PAUSED', 'DISABLED'] as const)
        expect(laneOf({ state }).nextRead(NOW)).toBeUndefined();
      const lane = laneOf();
      read(lane, rows(1));
      lane.configure(laneConfig({ state: 'PAUSED', version: 2 }), NOW, 0);
      expect(lane.maySend(0, NOW)).toBe(false);
    });

    it('keeps to the rate limit, also what earlier holders used of it', () => {
      const rateLimit = { requests: 3, perSeconds: 1 };
      const lane = laneOf({ rateLimit }, { rate: { used: 1, usedUntil: NOW + 400 } });
      read(lane, rows(5));
      lane.next(NOW);
      lane.next(NOW + 10);
      expect(lane.maySend(0, NOW + 10)).toBe(false);
      expect(lane.rateDelayMs(NOW + 10)).toBe(390);
      expect(lane.maySend(0, NOW + 400)).toBe(true);
      lane.next(NOW + 400);
      expect(lane.renewal(NOW + 500).rate).toEqual({ used: 3, usedUntil: NOW + 1_400 });
      expect(lane.maySend(0, NOW + 999)).toBe(false);
      expect(lane.maySend(0, NOW + 1_000)).toBe(true);
    });
  });

  describe('after crashes of its holders', () => {
    const lost = (deliveryId: number, lostAttempts: number) => queued(deliveryId, { lostAttempts });

    it('is run carefully from the second in a row on', () => {
      expect([0, 1, 2, 3].map((crashes) => laneOf({}, { crashes }).isCareful)).toEqual([
        false,
        false,
        true,
        true,
      ]);
    });

    it('tells which deliveries are suspect: those that were under way at a crash', () => {
      const lane = laneOf({}, { crashes: 2 });
      read(lane, [queued(1), lost(2, 1), lost(3, 2)]);
      const suspicions = rows(3).map(() => [lane.nextIsSuspect, lane.next(NOW).deliveryId]);
      expect(suspicions).toEqual([
        [false, 1],
        [true, 2],
        [true, 3],
      ]);
      expect(lane.nextIsSuspect).toBe(false);
    });

    it('does not send what was under way at three, unless its last holder gave it back', () => {
      const guilty = lost(2, 3);
      const careful = laneOf({}, { crashes: 3 });
      expect(read(careful, [queued(1), guilty])).toEqual({ behind: [], condemned: [guilty] });
      expect(careful.readyCount).toBe(1);
      const calm = laneOf();
      expect(read(calm, [guilty])).toEqual({ behind: [], condemned: [] });
      expect([calm.nextIsSuspect, calm.readyCount]).toEqual([false, 1]);
    });

    it('is given back, and so run as usual, once as much as could have been under way has an outcome', () => {
      const lane = laneOf({ maxConcurrency: 2 }, { crashes: 2 });
      read(lane, [...rows(2), lost(3, 1), queued(4), queued(5)]);
      deliver(lane);
      deliver(lane);
      expect(lane.maySend(0, NOW)).toBe(true);
      deliver(lane);
      expect(lane.maySend(0, NOW)).toBe(false);
      expect(lane.release(NOW)).toMatchObject({ version: null, dueAt: NOW });
    });
  });

  describe('learning from an attempt', () => {
    const failing = (lane: Lane, outcome: Partial<Parameters<Lane['learn']>[0]> = {}) =>
      lane.learn(concluded(queued(1), 9_000, outcome), NOW, 0.5);

    it('writes when failing begins and when it ends, and nothing in between', () => {
      const lane = laneOf();
      expect(failing(lane)).toMatchObject({ transportId: 1, blockedUntil: null, failingSince: 1_000 });
      expect(failing(lane)).toBeUndefined();
      expect(lane.learn(concluded(queued(1), null), NOW, 0)).toMatchObject({ failingSince: null });
      expect(lane.learn(concluded(queued(1), null), NOW, 0)).toBeUndefined();
    });

    it('blocks itself at once for as long as the receiver asks, and never shortens a block', () => {
      const lane = laneOf();
      read(lane, rows(2));
      expect(failing(lane, { blockedUntil: NOW + 5_000 })).toMatchObject({ blockedUntil: NOW + 5_000 });
      failing(lane, { blockedUntil: NOW + 1_000 });
      expect(lane.maySend(0, NOW + 4_999)).toBe(false);
      expect(lane.maySend(0, NOW + 5_000)).toBe(true);
    });

    it('disables itself at once when the receiver is gone', () => {
      const lane = laneOf();
      read(lane, rows(2));
      const gone = { outcome: { kind: 'failed', reason: 'GONE', disable: 'GONE' } } as const;
      expect(failing(lane, gone)).toMatchObject({ disabledReason: 'GONE' });
      expect(lane.maySend(0, NOW)).toBe(false);
    });

    it('disables a transport that has failed for too long', () => {
      const lane = laneOf({ failingSince: 1 }, {}, { ...NO_CIRCUIT, disableAfterMs: NOW - 1 });
      expect(failing(lane)).toMatchObject({ disabledReason: 'FAILING' });
    });

    it('opens the circuit after so many failures in a row, then sends single probes until one succeeds', () => {
      const policy = { circuitFailures: 2, circuitCoolDownMs: 1_000, disableAfterMs: Infinity };
      const lane = laneOf({}, { consecutiveFailures: 1 }, policy);
      read(lane, rows(5));
      expect(failing(lane)).toMatchObject({ consecutiveFailures: 2, blockedUntil: NOW + 1_000 });
      expect(lane.maySend(0, NOW + 999)).toBe(false);
      expect(lane.maySend(0, NOW + 1_000)).toBe(true);
      lane.next(NOW + 1_000);
      expect(lane.maySend(0, NOW + 1_000)).toBe(false);
      lane.answered();
      lane.learn(concluded(queued(1), null), NOW + 1_000, 0);
      lane.next(NOW + 1_000);
      expect(lane.maySend(0, NOW + 1_000)).toBe(true);
    });

    it('learns nothing from what never reached the receiver', () => {
      const lane = laneOf();
      expect(failing(lane, { isReceivers: false, blockedUntil: NOW + 1 })).toBeUndefined();
    });
  });
});
