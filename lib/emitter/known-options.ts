import { inspect } from 'node:util';
import { closestOf } from '../domain/closest-name.js';
import { InvalidEmitOptionError } from '../errors/invalid-emit-option.error.js';

const SHARED = ['tenantUid', 'manager', 'transaction'];
const OF_EVENT = ['eventUid', 'orderingKey', 'occurredAt'];

/** What `emit` accepts as options. */
export const EMIT_OPTIONS: readonly string[] = [...SHARED, ...OF_EVENT];
/** What `emitMany` accepts as options for all of its events. */
export const EMIT_MANY_OPTIONS: readonly string[] = SHARED;
/** What `emitMany` accepts in each event. */
export const EVENT_MEMBERS: readonly string[] = ['action', 'data', ...OF_EVENT];

/**
 * Refuses options that were left out or have members that do not exist: types do not reach a caller in JavaScript, and a
 * misspelt `manager` would commit the event whatever becomes of the transaction.
 *
 * @throws {InvalidEmitOptionError} naming the member, and the one that was probably meant
 */
export function checkKnown(options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidEmitOptionError(
      '',
      `are ${inspect(options, { depth: 0 })}: pass an object such as { tenantUid: '7', manager }.`,
    );
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const closest = closestOf(name, known);
    const remedy = closest === undefined ? `Known are ${known.join(', ')}.` : `Did you mean "${closest}"?`;
    throw new InvalidEmitOptionError(name, `does not exist. ${remedy}`);
  }
}
