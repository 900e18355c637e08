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
const EVENT_MEMBERS: readonly string[] = ['action', 'data', ...OF_EVENT];

/**
 * Rejects missing options, and options with unknown members. Callers in JavaScript have no types, and a misspelt `manager`
 * would commit the event independently of the transaction.
 *
 * @throws {InvalidEmitOptionError} naming the member, and the one that was probably meant
 */
export function checkOptions(options: unknown, known: readonly string[]): void {
  if (!isObject(options)) {
    throw new InvalidEmitOptionError(
      '',
      `are ${shown(options)}: pass an object such as { tenantUid: '7', manager }.`,
    );
  }
  checkMembers(options, known, 'options');
}

/**
 * Rejects an event of `emitMany` that is not an object, or that has unknown members.
 *
 * @param index position of the event, from 0 on
 * @throws {InvalidEmitOptionError} naming the event and the member
 */
export function checkEvent(event: unknown, index: number): void {
  if (!isObject(event)) {
    throw new InvalidEmitOptionError(
      '',
      `is ${shown(event)}: pass an object such as { action: 'ORDER_SETTLED', data: { order } }.`,
      index,
    );
  }
  checkMembers(event, EVENT_MEMBERS, 'members', index);
}

function checkMembers(given: object, known: readonly string[], kind: string, index?: number): void {
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    const closest = closestOf(name, known);
    const remedy =
      closest === undefined ? `Known ${kind}: ${known.join(', ')}.` : `Did you mean "${closest}"?`;
    throw new InvalidEmitOptionError(name, `does not exist. ${remedy}`, index);
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const shown = (value: unknown): string => inspect(value, { depth: 0 });
