import { validationFailed } from '../api-error.js';

/** The admin API's deepest input is three levels (body, headers, header). */
const MAX_DEPTH = 8;
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * What a parser made of a request, copied to an ordinary object. Refuses what would confuse or exhaust the
 * recursive code that comes after: anything but an object, extreme depth, and keys that reach for a prototype.
 *
 * @param what names the input in the message: `body` or `query`
 * @throws {ApiError} 400
 */
export function plainInput(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw validationFailed(`The ${what} must be a JSON object.`);
  }
  checkTree(value, what, 1);
  return { ...value };
}

function checkTree(value: object, what: string, depth: number): void {
  if (depth > MAX_DEPTH) throw validationFailed(`The ${what} is nested more than ${MAX_DEPTH} levels deep.`);
  for (const [key, member] of Object.entries(value)) {
    if (FORBIDDEN_KEYS.has(key)) throw validationFailed(`property ${key} should not exist`);
    if (typeof member === 'object' && member !== null) checkTree(member as object, what, depth + 1);
  }
}
