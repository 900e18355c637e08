import { validationFailed } from '../api-error.js';

/** Maximum depth of an input. The admin API's deepest valid input has three levels (body, headers, header). */
const MAX_DEPTH = 8;
/** Maximum number of characters of a path in a message. */
const MAX_PATH = 200;
/**
 * Names that are rejected. Every object inherits the first ones, so class-validator's whitelist would treat them as members
 * of the DTO.
 */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set([
  ...Object.getOwnPropertyNames(Object.prototype),
  'prototype',
]);
/** Parsers decode bytes that are not UTF-8 to this character. The module does not get the bytes themselves. */
const REPLACEMENT = '\uFFFD';

/**
 * Copies the parsed input of a request to an ordinary object. It rejects input that would confuse or exhaust the recursive
 * code after it: anything but an object, extreme depth, and keys that would reach a prototype. It also rejects text that
 * was not UTF-8, which would be stored damaged.
 *
 * @param what names the input in the message: `body` or `query`; from code also `input` or `options`
 * @throws {ApiError} 400
 */
export function plainInput(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw validationFailed(`The ${what} must be a JSON object.`);
  }
  checkTree(value, what, '', 1);
  return { ...value };
}

/** @param path of the object in the input, with a trailing dot; empty for the input itself */
function checkTree(value: object, what: string, path: string, depth: number): void {
  if (depth > MAX_DEPTH) throw validationFailed(`The ${what} is nested more than ${MAX_DEPTH} levels deep.`);
  for (const [key, member] of Object.entries(value)) {
    if (FORBIDDEN_KEYS.has(key)) throw validationFailed(`property ${key} should not exist`);
    if (typeof member === 'string') checkText(member, path + key);
    if (typeof member === 'object' && member !== null)
      checkTree(member as object, what, `${path}${key}.`, depth + 1);
  }
}

function checkText(text: string, path: string): void {
  if (!text.includes(REPLACEMENT)) return;
  throw validationFailed(
    `${path.slice(0, MAX_PATH)} contains U+FFFD, which stands for bytes that are not valid UTF-8: send the text in UTF-8`,
  );
}
