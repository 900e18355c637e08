import { inspect } from 'node:util';
import { closestOf } from '../domain/closest-name.js';
import { InvalidEmitOptionError } from '../errors/emit.errors.js';

const SHARED = ['tenantUid', 'manager', 'transaction'];
const OF_EVENT = ['eventUid', 'orderingKey', 'occurredAt'];

/** The options that `emit` accepts. */
export const EMIT_OPTIONS: readonly string[] = [...SHARED, ...OF_EVENT];
/** The options that `emitMany` accepts for all of its events. */
export const EMIT_MANY_OPTIONS: readonly string[] = SHARED;
/** The members that `emitMany` accepts in each event. */
export const EVENT_MEMBERS: readonly string[] = ['action', 'data', ...OF_EVENT];

/**
 * Rejects missing options, and options with unknown members. Callers in JavaScript have no types, and a misspelt `manager`
 * would commit the event independently of the transaction.
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
