import { describe, expect, it } from '@jest/globals';
import { LaneHealth, type KnownHealth } from '../../../../lib/delivery/lanes/lane-health.js';
import type { HealthPolicy } from '../../../../lib/domain/transport-health.js';
import { concluded, laneConfig, NO_CIRCUIT, NOW, queued } from '../../../support/lanes.js';

const STARTED_AT = 1_000;
const HEALTHY: KnownHealth = {
  failingSince: null,
  failingWarned: 0,
  consecutiveFailures: 0,
  blockedUntil: 0,
};

/** The health of a transport whose lane was claimed at 0 of the elapsed clock. */
const healthOf = (known: Partial<KnownHealth> = {}, policy: HealthPolicy = NO_CIRCUIT) =>
  new LaneHealth({ ...HEALTHY, ...known }, 0, policy);
type Attempt = Parameters<typeof concluded>[2];
const fail = (health: LaneHealth, attempt: Attempt = {}) =>
  health.learn(concluded(queued(1), 9_000, attempt), NOW, 0.5);

describe('LaneHealth', () => {
  describe('the change to write', () => {
    it('names the start of a series of failures only when the series begins or ends', () => {
      const health = healthOf();
      const change = { transportId: 1, consecutiveFailures: 1, blockedUntil: null };
      expect(fail(health)).toEqual({ ...change, failingSince: STARTED_AT });
      const blocked = { consecutiveFailures: 2, blockedUntil: NOW + 1 };
      expect(fail(health, { blockedUntil: NOW + 1 })).toEqual({ ...change, ...blocked });
      expect(health.learn(concluded(queued(1), null), NOW, 0)).toEqual({
        ...change,
        consecutiveFailures: 0,
        failingSince: null,
      });
    });

    it('blocks until the later one of what the receiver asks and what the circuit needs', () => {
      const policy = { circuitFailures: 1, circuitCoolDownMs: 1_000, disableAfterMs: Infinity };
      const untilOf = (blockedUntil: number) => fail(healthOf({}, policy), { blockedUntil })!.blockedUntil;
      expect([untilOf(NOW + 999), untilOf(NOW + 1_001)]).toEqual([NOW + 1_000, NOW + 1_001]);
    });

    it('disables the transport only if the receiver is gone or has failed for too long', () => {
      const failed = { outcome: { kind: 'failed', reason: 'EXHAUSTED' } } as const;
      expect(fail(healthOf(), failed)).not.toHaveProperty('disabledReason');
      const gone = { outcome: { kind: 'failed', reason: 'GONE', disable: 'GONE' } } as const;
      expect(fail(healthOf(), gone)).toMatchObject({ disabledReason: 'GONE' });
      const policy = { ...NO_CIRCUIT, disableAfterMs: NOW - STARTED_AT };
      const disabled = fail(healthOf({}, policy), failed);
      expect(disabled).toMatchObject({ disabledReason: 'FAILING' });
      // The notification says that it was disabled, not that it will be.
      expect(disabled).not.toHaveProperty('failingWarned');
    });

    it('warns once at each quarter of the time after which it disables the transport', () => {
      const health = healthOf({}, { ...NO_CIRCUIT, disableAfterMs: 100_000 });
      const warnedAfter = (ms: number) =>
        health.learn(concluded(queued(1), 9_000), STARTED_AT + ms, 0.5)?.failingWarned;
      expect([0, 24_999, 25_000, 49_999, 50_000, 75_000, 99_999].map(warnedAfter)).toEqual([
        undefined,
        undefined,
        25,
        undefined,
        50,
        75,
        undefined,
      ]);
      expect(health.failingWarned).toBe(75);
      health.learn(concluded(queued(1), null), NOW, 0.5);
      expect(health.failingWarned).toBe(0);
      expect(warnedAfter(25_000)).toBe(25);
    });

    it('does not repeat a warning of the previous holder', () => {
      const policy = { ...NO_CIRCUIT, disableAfterMs: 100_000 };
      const health = healthOf({ failingSince: STARTED_AT, failingWarned: 25 }, policy);
      expect(health.learn(concluded(queued(1), 9_000), STARTED_AT + 30_000, 0.5)).toBeUndefined();
    });
  });

  describe('when the configuration was read again', () => {
    const known: KnownHealth = {
      failingSince: 500,
      failingWarned: 25,
      consecutiveFailures: 7,
      blockedUntil: NOW + 60_000,
    };
    const [disabled, active] = [
      laneConfig({ state: 'DISABLED', failingSince: 500 }),
      laneConfig({ state: 'ACTIVE', failingSince: null }),
    ];
    const stateOf = ({ failingSince, failingWarned, consecutiveFailures, blockedUntil }: LaneHealth) => ({
      failingSince,
      failingWarned,
      consecutiveFailures,
      blockedUntil,
    });

    it('resets the failures, and ends the block, if somebody has enabled the transport', () => {
      const health = healthOf(known);
      health.reconsider(disabled, active, 10);
      expect(stateOf(health)).toEqual(HEALTHY);
    });

    it('resets the failures if the transport was disabled and enabled between two reads of its configuration', () => {
      const health = healthOf(known);
      health.reconsider(laneConfig({ failingSince: 500 }), active, 10);
      expect(stateOf(health)).toEqual(HEALTHY);
    });

    it('forgets a series of failures that was not written yet when the transport was disabled, once it is enabled', () => {
      const health = healthOf();
      fail(health);
      health.reconsider(disabled, active, 10);
      expect(stateOf(health)).toEqual(HEALTHY);
    });

    it('knows from the configuration that a series of failures was written, although the result was lost', () => {
      const health = healthOf();
      fail(health);
      health.reconsider(laneConfig(), laneConfig({ failingSince: STARTED_AT }), 0);
      expect(health.failingSince).toBe(STARTED_AT);
      health.reconsider(laneConfig({ failingSince: STARTED_AT }), active, 20);
      expect(stateOf(health)).toEqual(HEALTHY);
    });

    it('keeps the failures while the transport stays disabled, or if something else was changed', () => {
      const health = healthOf(known);
      health.reconsider(disabled, disabled, 10);
      health.reconsider(laneConfig({ failingSince: 500 }), laneConfig({ failingSince: 500 }), 20);
      expect(stateOf(health)).toEqual(known);
    });

    it('keeps a series of failures of which the configuration could not know yet', () => {
      const health = healthOf();
      const learned = fail(health)!;
      // The start of the series is not written yet.
      health.reconsider(laneConfig(), active, 10);
      expect(health.failingSince).toBe(STARTED_AT);
      // It was written after the configuration was read.
      health.recorded(learned, 20);
      health.reconsider(laneConfig(), active, 19);
      expect(health.failingSince).toBe(STARTED_AT);
      // It was written before the configuration was read.
      health.reconsider(laneConfig(), active, 20);
      expect(stateOf(health)).toEqual(HEALTHY);
    });

    it('ignores a recorded change that does not start a series, and a configuration that is older than the last record', () => {
      const health = healthOf();
      health.recorded(fail(health)!, 20);
      health.recorded(fail(health, { blockedUntil: NOW + 1 })!, 30);
      health.reconsider(laneConfig(), laneConfig({ failingSince: 77 }), 10);
      health.reconsider(laneConfig(), active, 40);
      expect(health.failingSince).toBeNull();
    });

    it('has nothing to forget while the receiver is healthy', () => {
      const health = healthOf({ blockedUntil: NOW + 60_000 });
      health.reconsider(laneConfig(), active, 10);
      expect(health.blockedUntil).toBe(NOW + 60_000);
    });
  });
});
