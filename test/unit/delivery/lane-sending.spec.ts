import { describe, expect, it } from '@jest/globals';
import type { Lane } from '../../../lib/delivery/lane.js';
import { concluded, laneConfig, laneOf, NO_CIRCUIT, NOW, queued, read, rows } from '../../support/lanes.js';

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
      lane.configure(laneConfig({ state: 'PAUSED', version: 2 }), NOW);
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

    it('sends one at a time once its holders have crashed twice in a row', () => {
      expect(laneOf({}, { crashes: 1 }).isCareful).toBe(false);
      const lane = laneOf({}, { crashes: 2 });
      expect(lane.isCareful).toBe(true);
      read(lane, rows(2));
      lane.next(NOW);
      expect(lane.maySend(0, NOW)).toBe(false);
    });

    it('never sends the delivery that its last holder may have died of before that is dealt with', () => {
      const lane = laneOf({}, { crashes: 2, notedDeliveryId: 2 });
      read(lane, rows(3));
      expect(lane.readyCount).toBe(2);
      expect([lane.takeSuspect(), lane.takeSuspect()]).toEqual([2, null]);
      lane.returned({ deliveryId: 2 });
      read(lane, rows(3));
      expect(lane.readyCount).toBe(3);
    });

    it('suspects nothing of what a holder noted that did not crash', () => {
      expect(laneOf({}, { crashes: 0, notedDeliveryId: 2 }).takeSuspect()).toBeNull();
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
