const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Waits in ms after the first, second, … failed attempt, before jitter: ten attempts over some three days. */
export const DEFAULT_RETRY_SCHEDULE_MS: readonly number[] = Object.freeze([
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
]);

/** Each wait varies by this part of itself, so that deliveries that failed together are not retried together. */
const JITTER = 0.2;

/**
 * How long to wait after a failed attempt, in whole ms with ± 20 % jitter; undefined: it was the last attempt.
 *
 * @param schedule waits in ms after the first, second, … failed attempt
 * @param attempt the number of the attempt that just failed, from 1
 * @param random 0 (shortest) to 1 (longest)
 */
export function nextDelayMs(
  schedule: readonly number[],
  attempt: number,
  random: number,
): number | undefined {
  const delay = schedule[attempt - 1];
  return delay === undefined ? undefined : Math.round(delay * (1 - JITTER + 2 * JITTER * random));
}
