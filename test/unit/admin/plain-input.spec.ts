import { describe, expect, it } from '@jest/globals';
import { plainInput } from '../../../lib/admin/validation/plain-input.js';

const nested = (levels: number): unknown => JSON.parse('{"a":'.repeat(levels) + '1' + '}'.repeat(levels));

describe('input', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a list', []],
    ['text', 'text'],
    ['a number', 7],
    ['true', true],
  ])('is refused when it is %s', (_case, value) => {
    expect(() => plainInput(value, 'body')).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }));
  });

  it.each([
    ...['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString', 'valueOf', 'isPrototypeOf'],
    ...['propertyIsEnumerable', 'toLocaleString', '__defineGetter__', '__lookupSetter__'],
  ])('is refused when it has a member %s at any depth', (name) => {
    for (const json of [`{"${name}":1}`, `{"headers":[{"${name}":{"admin":true}}]}`]) {
      expect(() => plainInput(JSON.parse(json), 'body')).toThrow(
        expect.objectContaining({ code: 'VALIDATION_FAILED' }),
      );
    }
    expect(Object.prototype).not.toHaveProperty('admin');
  });

  it('is refused when it is nested deeper than eight levels', () => {
    expect(() => plainInput(nested(8), 'body')).not.toThrow();
    for (const levels of [9, 100_000]) {
      expect(() => plainInput(nested(levels), 'body')).toThrow(
        expect.objectContaining({ code: 'VALIDATION_FAILED' }),
      );
    }
  });

  it('is refused when a text in it was not UTF-8, with the path of that text', () => {
    for (const [bytes, path] of [
      [Buffer.from('{"name":"K\xfcche"}', 'latin1'), 'name'],
      [Buffer.from('{"headers":[{"key":"x","value":"\xff"}]}', 'latin1'), 'headers.0.value'],
    ] as const) {
      expect(() => plainInput(JSON.parse(bytes.toString('utf8')), 'body')).toThrow(
        `${path} contains U+FFFD, which stands for bytes that are not valid UTF-8: send the text in UTF-8`,
      );
    }
    expect(() => plainInput({ name: 'Küche 🍕' }, 'body')).not.toThrow();
  });

  it('without a prototype, as parsers of query strings make it, becomes an ordinary object', () => {
    const input = plainInput(Object.assign(Object.create(null) as object, { pageSize: '1' }), 'query');
    expect(Object.getPrototypeOf(input)).toBe(Object.prototype);
    expect(input).toEqual({ pageSize: '1' });
  });
});
