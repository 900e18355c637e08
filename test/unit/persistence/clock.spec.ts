import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { DatabaseClock } from '../../../lib/persistence/connection/clock.js';

const TEN_MINUTES = 600_000;

describe('DatabaseClock', () => {
  it.each([TEN_MINUTES, -TEN_MINUTES])('follows a database that is %i ms ahead', async (offsetMs) => {
    const clock = new DatabaseClock(() => Promise.resolve(Date.now() + offsetMs));
    await clock.measure();
    expect(Math.abs(clock.offsetMs - offsetMs)).toBeLessThan(50);
    expect(Math.abs(clock.now() - (Date.now() + offsetMs))).toBeLessThan(50);
  });

  it('keeps its offset when the database does not respond', async () => {
    let isAway = false;
    const clock = new DatabaseClock(() =>
      isAway ? Promise.reject(new Error('away')) : Promise.resolve(Date.now() + TEN_MINUTES),
    );
    await clock.measure();
    isAway = true;
    await expect(clock.measure()).rejects.toThrow('away');
    expect(Math.abs(clock.now() - (Date.now() + TEN_MINUTES))).toBeLessThan(50);
  });

  it.each([TEN_MINUTES, -TEN_MINUTES])(
    'returns the earlier one of the old and the new time until it has measured again, after the clock of this process was set by %i ms',
    async (stepMs) => {
      const realNow = Date.now.bind(Date);
      const clock = new DatabaseClock(() => Promise.resolve(realNow()));
      await clock.measure();
      const stepped = jest.spyOn(Date, 'now').mockImplementation(() => realNow() + stepMs);
      try {
        expect(Math.abs(clock.now() - (realNow() + Math.min(stepMs, 0)))).toBeLessThan(50);
      } finally {
        stepped.mockRestore();
      }
    },
  );

  it('does not query a database that is away at every call', async () => {
    let asked = 0;
    const clock = new DatabaseClock(() => {
      asked += 1;
      return Promise.reject(new Error('away'));
    });
    const startedAt = performance.now();
    for (let calls = 0; calls < 100; calls++) {
      clock.now();
      await sleep(1);
    }
    // The first query is at once, and the next ones follow once a second. On a busy machine, the calls take longer.
    expect(asked).toBeLessThanOrEqual(1 + Math.floor((performance.now() - startedAt) / 1_000));
  });

  it('ignores a slow response when it has a faster one', async () => {
    let delayMs = 0;
    const clock = new DatabaseClock(async () => {
      const now = Date.now();
      await sleep(delayMs);
      return now;
    });
    await clock.measure();
    delayMs = 1_200;
    await clock.measure();
    expect(Math.abs(clock.offsetMs)).toBeLessThan(50);
  });

  it('shares one query between calls at the same time', async () => {
    let asked = 0;
    const clock = new DatabaseClock(async () => {
      asked += 1;
      await sleep(5);
      return Date.now();
    });
    await Promise.all([clock.measure(), clock.measure(), clock.measure()]);
    expect(asked).toBe(1);
  });
});
