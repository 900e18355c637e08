import { describe, expect, it } from '@jest/globals';
import { ElapsedClock } from '../../../lib/timing/elapsed-clock.js';

describe('ElapsedClock', () => {
  const clockAt = (monotonic: number, wall: number) => {
    const times = { monotonic, wall };
    const clock = new ElapsedClock(
      () => times.monotonic,
      () => times.wall,
    );
    const pass = (monotonicMs: number, wallMs: number): number => {
      times.monotonic += monotonicMs;
      times.wall += wallMs;
      return clock.now();
    };
    return { clock, pass };
  };

  it('advances with the monotonic clock, and ignores that the wall clock drifts', () => {
    const { clock, pass } = clockAt(100, 1_000_000);
    expect([clock.now(), pass(50, 50), pass(1_000, 1_400), pass(1_000, 600)]).toEqual([
      100, 150, 1_150, 2_150,
    ]);
  });

  it('advances by the time that the machine was asleep, during which the monotonic clock stands still', () => {
    const { pass } = clockAt(0, 1_000_000);
    expect([pass(10, 3_600_010), pass(5, 5)]).toEqual([3_600_010, 3_600_015]);
  });

  it('does not go back when the wall clock is set back, and advances again with the next sleep', () => {
    const { pass } = clockAt(0, 1_000_000);
    expect([pass(10, -3_600_000), pass(10, 10), pass(0, 60_000)]).toEqual([10, 20, 60_020]);
  });

  it('advances when the wall clock is set forward: leases expire early, which is safe', () => {
    const { pass } = clockAt(0, 1_000_000);
    expect([pass(0, 500), pass(0, 501)]).toEqual([0, 501]);
  });

  it('does not go back with the clocks that it uses by default', () => {
    const clock = new ElapsedClock();
    const before = clock.now();
    expect(clock.now()).toBeGreaterThanOrEqual(before);
  });
});
