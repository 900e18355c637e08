import { describe, expect, it } from '@jest/globals';
import {
  afterAttempt,
  isProbing,
  type AttemptHealth,
  type HealthPolicy,
  type TransportHealth,
} from '../../../lib/domain/transport-health.js';

const POLICY: HealthPolicy = { circuitFailures: 3, circuitCoolDownMs: 1_000, disableAfterMs: 60_000 };
const HEALTHY: TransportHealth = { failingSince: null, consecutiveFailures: 0, circuitOpenedAt: null };
const failure = (nowMs: number, attempt: Partial<AttemptHealth> = {}): AttemptHealth => ({
  failed: true,
  startedAt: nowMs,
  nowMs,
  random: 0.5,
  ...attempt,
});
const failing = (consecutiveFailures: number, health: Partial<TransportHealth> = {}): TransportHealth => ({
  failingSince: 0,
  consecutiveFailures,
  circuitOpenedAt: null,
  ...health,
});

describe('The health of a transport after a failed attempt', () => {
  it('has the start of the first failed attempt as the start of the failures', () => {
    const first = afterAttempt(HEALTHY, failure(100, { startedAt: 90 }), POLICY);
    expect(first).toEqual({
      health: { failingSince: 90, consecutiveFailures: 1, circuitOpenedAt: null },
      openUntil: null,
      shouldDisable: false,
    });
    expect(afterAttempt(first.health, failure(200), POLICY).health).toMatchObject({
      failingSince: 90,
      consecutiveFailures: 2,
    });
  });

  it('opens the circuit at the configured number of failures in a row', () => {
    expect(afterAttempt(failing(2), failure(5_000), POLICY)).toMatchObject({
      health: { consecutiveFailures: 3, circuitOpenedAt: 5_000 },
      openUntil: 6_000,
    });
  });

  it('doubles the time until the next probe with each failed probe, up to a minute', () => {
    const waits = [3, 4, 5, 8, 9, 200].map(
      (failures) => afterAttempt(failing(failures - 1), failure(0), POLICY).openUntil,
    );
    expect(waits).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000]);
  });

  it('neither cuts a configured time of more than a minute to a minute nor doubles it', () => {
    const policy = { ...POLICY, circuitCoolDownMs: 90_000 };
    expect(afterAttempt(failing(2), failure(0), policy).openUntil).toBe(90_000);
    expect(afterAttempt(failing(7), failure(0), policy).openUntil).toBe(90_000);
  });

  it('varies the wait by 20 %, so that circuits that opened together do not probe together', () => {
    const waits = [0, 0.25, 1].map(
      (random) => afterAttempt(failing(2), failure(0, { random }), POLICY).openUntil,
    );
    expect(waits).toEqual([800, 900, 1_200]);
  });

  it('ignores failures of attempts that were in flight when the circuit opened', () => {
    const open = failing(3, { circuitOpenedAt: 5_000 });
    const ignored = afterAttempt(open, failure(7_000, { startedAt: 5_000 }), POLICY);
    expect(ignored).toEqual({ health: open, openUntil: null, shouldDisable: false });
    const counted = afterAttempt(open, failure(7_000, { startedAt: 5_001 }), POLICY);
    expect(counted).toMatchObject({
      health: { consecutiveFailures: 4, circuitOpenedAt: 7_000 },
      openUntil: 9_000,
    });
  });

  it('never opens a circuit that is switched off', () => {
    const policy = { ...POLICY, circuitFailures: 0 };
    const { health, openUntil } = afterAttempt(failing(1_000), failure(1_000), policy);
    expect([health.circuitOpenedAt, openUntil]).toEqual([null, null]);
    expect([0, 1_000].map((failures) => isProbing(failing(failures), policy))).toEqual([false, false]);
  });

  it('disables the transport once all attempts have failed for the configured time, also if the last failure is not counted', () => {
    const disables = (nowMs: number, health = failing(1)) =>
      afterAttempt(health, failure(nowMs, { startedAt: 1 }), POLICY).shouldDisable;
    expect([disables(59_999), disables(60_000)]).toEqual([false, true]);
    expect(disables(60_000, failing(3, { circuitOpenedAt: 5_000 }))).toBe(true);
    const since = failing(1, { failingSince: 50_000 });
    expect([disables(109_999, since), disables(110_000, since)]).toEqual([false, true]);
  });
});

describe('The health of a transport after a successful attempt', () => {
  it('is that of a new transport, whatever was before', () => {
    const success = { ...failure(100_000), failed: false };
    expect(afterAttempt(failing(9, { circuitOpenedAt: 5_000 }), success, POLICY)).toEqual({
      health: HEALTHY,
      openUntil: null,
      shouldDisable: false,
    });
  });
});

describe('A transport with an open circuit', () => {
  it('permits only single probes', () => {
    expect([2, 3, 4].map((failures) => isProbing(failing(failures), POLICY))).toEqual([false, true, true]);
  });
});
