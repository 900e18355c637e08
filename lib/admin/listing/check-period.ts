import { validationFailed } from '../api-error.js';

/** How far a client's clock may be ahead of the database's. */
const CLOCK_SLACK_MS = 60_000;

/** A period of time. An undefined bound is open. */
export interface Period {
  /** Milliseconds since the epoch, inclusive. */
  readonly createdFrom?: number | undefined;
  /** Milliseconds since the epoch, inclusive. */
  readonly createdTo?: number | undefined;
}

/**
 * Rejects a period in which nothing can be found, because that is a mistake of the client.
 *
 * @param now ms since the epoch on the database's clock
 * @throws {ApiError} 400 if `createdFrom` is later than `createdTo`, or more than a minute in the future
 */
export function checkPeriod({ createdFrom, createdTo }: Period, now: number): void {
  if (createdFrom === undefined) return;
  if (createdTo !== undefined && createdFrom > createdTo)
    throw validationFailed('createdFrom must not be later than createdTo');
  if (createdFrom > now + CLOCK_SLACK_MS) throw validationFailed('createdFrom must not be in the future');
}
