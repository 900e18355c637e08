import { describe, expect, it } from '@jest/globals';
import { readAheadOf } from '../../../../lib/delivery/lanes/read-ahead.js';
import {
  accept,
  at,
  block,
  concluded,
  laneConfig,
  laneOf,
  laneTo,
  NOW,
  queued,
  read,
  rows,
} from '../../../support/lanes.js';

const LIMIT = { requests: 1, perSeconds: 1 };

describe('A lane with limits', () => {
  it('keeps eight times as many rows ready as may be in flight, at least 16 and at most 512', () => {
    expect([1, 2, 3, 8, 64, 65].map(readAheadOf)).toEqual([16, 16, 24, 64, 512, 512]);
  });

  it('reads more when less than half of these rows is ready', () => {
    const lane = laneOf({ maxConcurrency: 2 });
    const { limit } = lane.nextRead(at(0))!;
    accept(lane, rows(limit), limit);
    for (let sent = 0; sent < 8; sent++) lane.next(NOW);
    expect([lane.readyCount, lane.nextRead(at(0))]).toEqual([8, undefined]);
    lane.next(NOW);
    expect(lane.nextRead(at(0))).toMatchObject({ limit: 16 });
  });

  it('sends nothing more while as many outcomes cannot be recorded as may be in flight', () => {
    const lane = laneOf({ maxConcurrency: 2 });
    read(lane, rows(4));
    const [first, second] = [lane.next(NOW), lane.next(NOW)];
    for (const delivery of [first, second]) {
      expect(lane.maySend(at(0))).toBe(lane.inFlight < 2);
      lane.settled();
      lane.setAside(delivery);
    }
    expect(lane.maySend(at(0))).toBe(false);
    lane.recorded(first, null);
    expect(lane.maySend(at(0))).toBe(true);
  });

  it('is delayed by its rate limit only if it could send otherwise', () => {
    const lane = laneOf({ rateLimit: LIMIT });
    expect([lane.isRateLimited, lane.rateDelayMs(NOW)]).toEqual([true, undefined]);
    read(lane, rows(2));
    expect(lane.rateDelayMs(NOW)).toBeUndefined();
    lane.next(NOW);
    expect(lane.rateDelayMs(NOW)).toBe(1_000);
    block(lane, NOW + 100);
    expect(lane.rateDelayMs(NOW)).toBeUndefined();
    lane.next(NOW + 1_000);
    expect(lane.rateDelayMs(NOW + 1_000)).toBeUndefined();
    const unlimited = laneOf();
    read(unlimited, rows(1));
    expect([unlimited.isRateLimited, unlimited.rateDelayMs(NOW)]).toEqual([false, undefined]);
  });

  it('keeps its usage of the rate limit when the configuration changes, unless the limit is removed', () => {
    const lane = laneOf({ rateLimit: LIMIT });
    read(lane, rows(3));
    lane.next(NOW);
    lane.configure(laneConfig({ rateLimit: { requests: 1, perSeconds: 60 } }), NOW, 0);
    expect(lane.maySend(at(0, NOW + 999))).toBe(false);
    expect(lane.renewal(NOW + 999).rate).toEqual({ used: 1, usedUntil: NOW + 1_000 });
    lane.configure(laneConfig(), NOW, 0);
    expect([lane.maySend(at(0)), lane.renewal(NOW).rate]).toEqual([true, { used: 0, usedUntil: 0 }]);
  });

  it('is due when its rate limit or its block allows the next request, if it is released before', () => {
    const limited = laneOf({ rateLimit: LIMIT });
    read(limited, rows(2));
    limited.recorded(limited.next(NOW), null);
    limited.drain();
    expect(limited.release(NOW)).toMatchObject({ version: null, dueAt: NOW + 1_000 });
    const blocked = laneOf();
    block(blocked, NOW + 70);
    blocked.drain();
    expect(blocked.release(NOW)).toMatchObject({ version: null, dueAt: NOW + 70 });
  });

  it('has a lease that is never shortened by a shorter time-out, and that is renewed after a third', () => {
    const lane = laneOf({}, { leaseMs: 30_000 });
    lane.configure(laneConfig({ timeoutMs: 1_000 }), NOW, 0);
    expect(lane.renewal(NOW).leaseMs).toBe(30_000);
    expect([lane.needsRenewal(10_000), lane.needsRenewal(10_001)]).toEqual([false, true]);
  });

  it('drains after its quarantine also if the last outcome is that the delivery was postponed', () => {
    const lane = laneOf({ maxConcurrency: 1 }, { crashes: 2 });
    read(lane, rows(3));
    for (let count = 0; count < 3; count++) {
      expect(lane.state).toBe('OPEN');
      const delivery = lane.next(NOW);
      lane.settled();
      lane.postponed(delivery, NOW + 30_000);
    }
    expect(lane.state).toBe('DRAINING');
  });

  it('stays in quarantine mode until three times maxConcurrency deliveries have an outcome', () => {
    const lane = laneOf({ maxConcurrency: 2 }, { crashes: 2 });
    read(lane, rows(7));
    for (let count = 0; count < 6; count++) {
      expect(lane.state).toBe('OPEN');
      lane.recorded(lane.next(NOW), null);
    }
    expect(lane.state).toBe('DRAINING');
  });

  it('stays open outside of quarantine mode when more than three times maxConcurrency deliveries have an outcome', () => {
    const lane = laneOf({ maxConcurrency: 1 }, { crashes: 1 });
    read(lane, rows(4));
    while (lane.readyCount > 0) lane.recorded(lane.next(NOW), null);
    expect(lane.state).toBe('OPEN');
  });

  it('is healthy again if somebody enables its transport after its failures were recorded', () => {
    const lane = laneOf();
    const learned = lane.learn(concluded(queued(1), NOW + 1_000), NOW, 0)!;
    lane.learnedIsRecorded(learned, 10);
    lane.configure(laneConfig({ version: 2 }), NOW, 20);
    expect(lane.failingSince).toBeNull();
  });

  it('reports its health for notifications', () => {
    const policy = { circuitFailures: 1, circuitCoolDownMs: 1_000, disableAfterMs: Infinity };
    const lane = laneOf({}, {}, policy);
    expect(lane.health).toEqual({
      failingSince: null,
      failingWarned: 0,
      isCircuitOpen: false,
      isDisabled: false,
    });
    expect([lane.leaseToken, lane.failingSince]).toEqual([1, null]);
    const gone = { outcome: { kind: 'failed', reason: 'GONE', disable: 'GONE' } } as const;
    lane.learn(concluded(queued(1), null, gone), NOW, 0);
    expect(lane.health).toEqual({
      failingSince: 1_000,
      failingWarned: 0,
      isCircuitOpen: true,
      isDisabled: true,
    });
    expect(lane.failingSince).toBe(1_000);
  });

  it('offers a transport record without a change, to carry events of an attempt that changed nothing', () => {
    const lane = laneOf({}, { leaseToken: 5 });
    lane.learn(concluded(queued(1), NOW + 1_000), NOW, 0);
    expect(lane.unchanged).toEqual({
      transportId: 1,
      leaseToken: 5,
      blockedUntil: null,
      consecutiveFailures: 1,
    });
  });

  it('sends to the origin of its URL, and to none if it cannot send as it is configured', () => {
    expect(laneTo('shop', 1, 'https://erp.example.com:8443/hooks').origin).toBe(
      'https://erp.example.com:8443',
    );
    expect(laneOf().origin).toBe('');
  });
});
