import { describe, expect, it } from '@jest/globals';
import { checkJson } from '../../../lib/domain/json-check.js';
import { PayloadTooLargeError } from '../../../lib/errors/emit.errors.js';

const LIMITS = { maxBytes: 1_000, maxDepth: 8 };
/** Checks a payload with a limit on the length of its text. */
const checkWithin = (maxBytes: number, payload: object) => () => checkJson(payload, { ...LIMITS, maxBytes });

describe('The check of a payload', () => {
  it.each([
    ['a number', { a: 1 }],
    ['empty texts', { list: Array.from({ length: 100 }, () => '') }],
  ])('accepts a text of exactly the maximum length: %s', (_kind, payload) => {
    expect(checkWithin(JSON.stringify(payload).length, payload)).not.toThrow();
  });

  it('refuses a payload if its members alone are longer than the maximum length', () => {
    expect(checkWithin(6, { a: 1 })).toThrow(PayloadTooLargeError);
  });

  it('accepts an object whose toJSON() returns null, as JSON does', () => {
    expect(() => checkJson({ total: { toJSON: () => null } }, LIMITS)).not.toThrow();
  });

  it('names an instance of a class without a constructor "class instance"', () => {
    const prototype: unknown = Object.create(Object.create(null) as object);
    const total: unknown = Object.create(prototype as object);
    expect(() => checkJson({ total }, LIMITS)).toThrow(/total.*is a class instance: pass a plain object/);
  });
});
