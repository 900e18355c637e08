import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { LaneSweep } from '../../../../lib/delivery/lanes/lane-sweep.js';
import type { Swept, SweepRequest } from '../../../../lib/persistence/ports/sweep-store.js';
import { outage } from '../../../support/keeping-record-store.js';

const NOW = 1_000_000;

describe('LaneSweep', () => {
  /** A store with these results of its steps, the last of which repeats. */
  const scene = (...steps: (Swept | Error)[]) => {
    const clock = { now: NOW, elapsed: 5_000 };
    const requests: SweepRequest[] = [];
    const warnings: [string, unknown][] = [];
    const sweep = new LaneSweep(
      {
        scheduleStrandedLanes: async (request) => {
          requests.push(request);
          const step = steps[Math.min(requests.length, steps.length) - 1] ?? DONE;
          if (step instanceof Error) throw step;
          return step;
        },
      },
      {
        now: () => clock.now,
        elapsed: () => clock.elapsed,
        warn: (message, error) => void warnings.push([message, error]),
      },
    );
    return { clock, requests, warnings, sweep };
  };
  const DONE: Swept = { repaired: [], next: undefined };
  const upTo = (next: number): Swept => ({ repaired: [], next });
  const positions = (requests: readonly SweepRequest[]) => requests.map(({ after }) => after);

  it('looks at the next 1,000 lanes with each step, and begins again after the last', async () => {
    const { sweep, requests } = scene(upTo(1_000), DONE, upTo(1_000));
    expect([await sweep.sweep(), await sweep.sweep(), await sweep.sweep()]).toEqual([false, true, false]);
    expect(positions(requests)).toEqual([0, 1_000, 0]);
    expect(requests[0]).toEqual({ after: 0, limit: 1_000, now: NOW, dueBefore: NOW - 60_000 });
  });

  it('looks at all lanes when it starts', async () => {
    const { sweep, requests } = scene(upTo(1_000), upTo(2_000), DONE);
    sweep.start();
    await new Promise(setImmediate);
    await sweep.stop();
    expect(positions(requests)).toEqual([0, 1_000, 2_000]);
  });

  it('ends after the step that is under way when it is stopped', async () => {
    const { sweep, requests } = scene(upTo(1_000), upTo(2_000), DONE);
    const sweeping = sweep.sweepAll();
    await sweep.stop();
    await sweeping;
    expect(positions(requests)).toEqual([0]);
    sweep.start();
    await sweep.stop();
    expect(positions(requests)).toEqual([0]);
  });

  it('looks at all lanes if the clock of the database was set back by more than a second', async () => {
    const { sweep, requests, clock } = scene(upTo(1_000), DONE);
    clock.now += 5_000;
    clock.elapsed += 6_000;
    sweep.watchClock();
    await new Promise(setImmediate);
    await sweep.stop();
    expect(requests).toEqual([]);
    const other = scene(upTo(1_000), DONE);
    other.clock.elapsed += 1_001;
    other.sweep.watchClock();
    await new Promise(setImmediate);
    other.sweep.watchClock();
    await other.sweep.stop();
    expect(positions(other.requests)).toEqual([0, 1_000]);
  });

  describe('after it has started', () => {
    afterEach(() => {
      jest.restoreAllMocks();
      jest.useRealTimers();
    });

    it.each([
      ['the earliest', 0, 0, 45_000],
      ['the middle', 0.5, 30_000, 60_000],
      ['the latest', 1, 60_000, 75_000],
    ])('looks at the next lanes about once a minute, at random times: %s', async (_, random, first, then) => {
      jest.useFakeTimers();
      jest.spyOn(Math, 'random').mockReturnValue(random);
      const { sweep, requests } = scene(DONE);
      sweep.start();
      await jest.advanceTimersByTimeAsync(0);
      const steps = [requests.length];
      for (const ms of [first, then - 1, 1, then - 1, 1]) {
        await jest.advanceTimersByTimeAsync(ms);
        steps.push(requests.length);
      }
      await sweep.stop();
      expect(steps.slice(1)).toEqual([2, 2, 3, 3, 4]);
      expect(jest.getTimerCount()).toBe(0);
    });
  });

  it('looks at nothing while it is disabled', async () => {
    const { sweep, requests, clock } = scene();
    sweep.setEnabled(false);
    clock.elapsed += 10_000;
    sweep.watchClock();
    await new Promise(setImmediate);
    expect(requests).toEqual([]);
    sweep.setEnabled(true);
    clock.elapsed += 10_000;
    sweep.watchClock();
    await new Promise(setImmediate);
    await sweep.stop();
    expect(positions(requests)).toEqual([0]);
  });

  it('warns of the transports that it has resumed, and names up to ten', async () => {
    const ids = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
    const { sweep, warnings } = scene(
      { repaired: ids(10), next: 10 },
      { repaired: ids(11), next: undefined },
    );
    await sweep.sweepAll();
    const [ten, eleven] = warnings.map(([message]) => message);
    expect(ten).toMatch(
      /^Resumed 10 HTTP transport\(s\) .*\(ids in webhook_http_transport: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10\)/,
    );
    expect(eleven).toMatch(/^Resumed 11 HTTP transport\(s\) .*9, 10, …\)/);
  });

  it('does not warn if all lanes are in order, and goes on after a failure', async () => {
    const error = outage();
    const { sweep, warnings, requests, clock } = scene(error, DONE);
    for (let count = 0; count < 2; count++) {
      clock.elapsed += 10_000;
      sweep.watchClock();
    }
    await new Promise(setImmediate);
    await sweep.stop();
    expect(warnings).toEqual([['The sweep for stranded lanes failed and is tried again', error]]);
    expect(requests).toHaveLength(2);
  });
});
