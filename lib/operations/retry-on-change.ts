import { ConcurrentChangeError } from '../errors/database.errors.js';

/** Maximum number of tries of a change. A try fails if another change was written between its read and its write. */
const MOST_TRIES = 10;

/** Returned by a try of `retryOnChange` that wrote nothing, because somebody else has changed the resource since it was read. */
export const CHANGED_MEANWHILE = Symbol('changed meanwhile');

/**
 * Reads, changes and writes a resource under optimistic locking. No change therefore reverts another one, and every rule is
 * checked against the version that is changed.
 *
 * @param resource its name in the error, e.g. `HTTP transport`
 * @param change reads the resource and writes it, provided that it is still as it was read
 * @throws {ConcurrentChangeError} after ten tries
 */
export async function retryOnChange<Result>(
  resource: string,
  change: () => Promise<Result | typeof CHANGED_MEANWHILE>,
): Promise<Result> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const result = await change();
    if (result !== CHANGED_MEANWHILE) return result;
  }
  throw new ConcurrentChangeError(resource);
}
