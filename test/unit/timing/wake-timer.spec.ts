import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { WakeTimer } from '../../../lib/timing/wake-timer.js';

describe('WakeTimer', () => {
  let timer: WakeTimer<string>;
  /** The subjects of the calls, and their times. */
  let woken: [subject: string, at: number][];
  let startedAt: number;
  beforeEach(() => {
    jest.useFakeTimers();
    startedAt = performance.now();
    woken = [];
    timer = new WakeTimer((subject) => woken.push([subject, Math.round(performance.now() - startedAt)]));
  });
  afterEach(() => {
    timer.stop();
    jest.useRealTimers();
  });

  it('calls back for each subject at its own time, with one timer', () => {
    timer.set('late', 300);
    timer.set('early', 100);
    timer.set('middle', 200);
    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersByTime(1_000);
    expect(woken).toEqual([
      ['early', 100],
      ['middle', 200],
      ['late', 300],
    ]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('replaces the time of a subject, be the new one earlier or later', () => {
    timer.set('sooner', 300);
    timer.set('sooner', 100);
    timer.set('later', 50);
    timer.set('later', 400);
    jest.advanceTimersByTime(1_000);
    expect(woken).toEqual([
      ['sooner', 100],
      ['later', 400],
    ]);
  });

  it('lets the callback set the next time of its subject', () => {
    const times: number[] = [];
    const repeating = new WakeTimer<string>((subject) => {
      times.push(Math.round(performance.now() - startedAt));
      if (times.length < 3) repeating.set(subject, 100);
    });
    repeating.set('again', 100);
    jest.advanceTimersByTime(1_000);
    expect(times).toEqual([100, 200, 300]);
  });

  it('does not call back after it was stopped', () => {
    timer.set('never', 100);
    timer.stop();
    jest.advanceTimersByTime(1_000);
    expect(woken).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });
});
