import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for a promise, but not beyond a deadline: a query to a database that stopped responding may end much later than the
 * process should.
 *
 * @param at deadline on the clock of performance.now()
 * @returns whether the promise has settled (resolved or rejected)
 */
export async function withDeadline(promise: Promise<unknown> | undefined, at: number): Promise<boolean> {
  const limit = new AbortController();
  const timeIsUp = sleep(Math.max(0, at - performance.now()), false, limit).catch(() => false);
  const settled = Promise.resolve(promise).then(
    () => true,
    () => true,
  );
  const hasSettled = await Promise.race([settled, timeIsUp]);
  limit.abort();
  return hasSettled;
}
