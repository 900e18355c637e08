import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ScheduledLooks } from '../../../../lib/delivery/lanes/scheduled-looks.js';
import { NOW } from '../../../support/lanes.js';

describe('ScheduledLooks', () => {
  let startedAt: number;
  beforeEach(() => {
    jest.useFakeTimers();
    startedAt = performance.now();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** The database's clock, which runs with the timers. */
  const now = () => NOW + performance.now() - startedAt;
  /** Looks, and the times at which they ran, in ms from the start of the test. */
  const scene = (pollMs: number, areWakeUpsProven = true) => {
    const at: number[] = [];
    const look = () => void at.push(Math.round(performance.now() - startedAt));
    const looks = new ScheduledLooks(look, { pollMs, now, areWakeUpsProven: () => areWakeUpsProven });
    return { looks, at };
  };

  it('looks at the end of the second in which lanes become due, once for all of them', () => {
    const { looks, at } = scene(5_000);
    for (const inMs of [100, 900, 1_000, 1_001, 1_500]) looks.schedule(NOW + inMs);
    jest.advanceTimersByTime(10_000);
    expect(at).toEqual([1_000, 2_000]);
  });

  it('looks as soon as the poll interval ends if that is shorter', () => {
    const { looks, at } = scene(50);
    for (const inMs of [1, 50, 51, 120]) looks.schedule(NOW + inMs);
    jest.advanceTimersByTime(10_000);
    expect(at).toEqual([50, 100, 150]);
  });

  it('treats a lane that has been due for long like one that is due now', () => {
    const { looks, at } = scene(1_000);
    jest.advanceTimersByTime(300);
    for (const dueAt of [NOW - 5_000, NOW, now()]) looks.schedule(dueAt);
    jest.advanceTimersByTime(10_000);
    expect(at).toEqual([1_000]);
  });

  it('looks again for lanes that become due later', () => {
    const { looks, at } = scene(1_000);
    looks.schedule(now());
    jest.advanceTimersByTime(2_000);
    looks.schedule(now());
    jest.advanceTimersByTime(0);
    // This lane became due at the instant of the last look, possibly after it.
    looks.schedule(now());
    jest.advanceTimersByTime(10_000);
    expect(at).toEqual([0, 2_000, 2_000]);
  });

  it('leaves lanes that are due later than 1.5 s to the next work check', () => {
    const { looks, at } = scene(100);
    looks.schedule(NOW + 1_501);
    looks.schedule(NOW + 1_500);
    jest.advanceTimersByTime(10_000);
    expect(at).toEqual([1_500]);
  });

  it('schedules nothing if polling finds the lane', () => {
    const { looks, at } = scene(1_000, false);
    looks.schedule(NOW + 1);
    jest.advanceTimersByTime(10_000);
    expect(at).toEqual([]);
  });

  it('looks no more after it was stopped', () => {
    const { looks, at } = scene(1_000);
    looks.schedule(NOW + 1);
    looks.stop();
    looks.schedule(NOW + 1_200);
    expect(jest.getTimerCount()).toBe(0);
    jest.advanceTimersByTime(10_000);
    expect(at).toEqual([]);
  });
});
