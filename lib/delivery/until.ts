import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for something, but not for ever: a query to a database that has fallen silent ends long after everybody should have gone.
 *
 * @param at performance.now() at which it is left to itself
 * @returns whether it has ended, well or not
 */
export async function until(at: number, ending: Promise<unknown> | undefined): Promise<boolean> {
  const limit = new AbortController();
  const timeIsUp = sleep(Math.max(0, at - performance.now()), false, limit).catch(() => false);
  const ended = Promise.resolve(ending).then(
    () => true,
    () => true,
  );
  const hasEnded = await Promise.race([ended, timeIsUp]);
  limit.abort();
  return hasEnded;
}
