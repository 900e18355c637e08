import { describe, expect, it } from '@jest/globals';
import { withDeadline } from '../../../lib/timing/with-deadline.js';

describe('withDeadline', () => {
  const inAnHour = (): number => performance.now() + 3_600_000;

  it.each([
    ['has been fulfilled', () => Promise.resolve('done')],
    ['has been rejected', () => Promise.reject(new Error('on purpose'))],
    ['does not exist', () => undefined],
  ])('says that a promise has settled in time if it %s', async (_, promise) => {
    expect(await withDeadline(promise(), inAnHour())).toBe(true);
  });

  it('waits for a promise that settles before the deadline', async () => {
    let end = (): void => undefined;
    const waiting = withDeadline(new Promise<void>((resolve) => (end = resolve)), inAnHour());
    setImmediate(() => end());
    expect(await waiting).toBe(true);
  });

  it('gives up at the deadline, and at once if that has passed', async () => {
    const never = new Promise<void>(() => undefined);
    const startedAt = performance.now();
    expect(await withDeadline(never, startedAt + 50)).toBe(false);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(45);
    expect(await withDeadline(never, startedAt - 1)).toBe(false);
  });

  it('leaves no timer behind that would keep the process from ending', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    await withDeadline(Promise.resolve(), inAnHour());
    expect(timers()).toBe(before);
  });
});
