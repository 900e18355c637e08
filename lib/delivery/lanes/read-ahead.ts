/** Number of rows that a lane keeps ready, as a multiple of `maxConcurrency`, within the bounds below. */
const READ_AHEAD_FACTOR = 8;
const LEAST_READ_AHEAD = 16;
const MOST_READ_AHEAD = 512;

/**
 * Number of rows that a lane reads ahead.
 *
 * @param maxConcurrency maximum number of requests in flight to its receiver
 * @returns 16 to 512
 */
export const readAheadOf = (maxConcurrency: number): number =>
  Math.min(Math.max(maxConcurrency * READ_AHEAD_FACTOR, LEAST_READ_AHEAD), MOST_READ_AHEAD);
