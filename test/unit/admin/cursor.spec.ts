import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeCursor, encodeCursor } from '../../../lib/admin/listing/cursor.js';
import { anyText } from '../../support/any-text.js';

const key = randomBytes(32);
const list = ['deliveries', 'tenant'];
const INVALID = expect.objectContaining({ status: 400, code: 'INVALID_CURSOR' });
const positiveId = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

describe('a cursor', () => {
  it('is decoded to the id that it was made of', () => {
    fc.assert(
      fc.property(positiveId, (id) => {
        expect(decodeCursor(key, list, encodeCursor(key, list, id))).toBe(id);
      }),
    );
  });

  it('is refused once any character of it is changed', () => {
    fc.assert(
      fc.property(positiveId, fc.nat(), fc.string({ minLength: 1, maxLength: 1 }), (id, place, character) => {
        const cursor = encodeCursor(key, list, id);
        const index = place % cursor.length;
        const changed = cursor.slice(0, index) + character + cursor.slice(index + 1);
        fc.pre(changed !== cursor);
        expect(() => decodeCursor(key, list, changed)).toThrow(INVALID);
      }),
    );
  });

  it('that was made up is refused with the error of an invalid cursor, whatever it looks like', () => {
    const made = fc.oneof(
      anyText(),
      fc
        .tuple(positiveId, fc.uint8Array({ minLength: 16, maxLength: 16 }))
        .map(([id, mac]) => `${id}.${Buffer.from(mac).toString('base64url')}`),
      fc.stringMatching(/^[0-9]{0,20}\.?[A-Za-z0-9_=+/-]{0,30}$/),
    );
    fc.assert(fc.property(made, (cursor) => expect(() => decodeCursor(key, list, cursor)).toThrow(INVALID)));
  });

  it('of one list is refused for every other list, however similar their names are', () => {
    const part = fc.constantFrom('a', 'b', 'a,b', 'a","b', '"', '');
    const lists = fc.array(part, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(lists, lists, positiveId, (one, other, id) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        expect(() => decodeCursor(key, other, encodeCursor(key, one, id))).toThrow(INVALID);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['of another tenant', encodeCursor(key, ['deliveries', 'other'], 7)],
    ['of another list', encodeCursor(key, ['events', 'tenant'], 7)],
    ['signed with another key', encodeCursor(randomBytes(32), list, 7)],
    ['with the signature of another id', `8.${encodeCursor(key, list, 7).split('.')[1]}`],
    ['that is a bare id', '7'],
    ['that is empty', ''],
    ['with something after it', `${encodeCursor(key, list, 7)}\n`],
  ])('is refused: one %s', (_case, cursor) => {
    expect(() => decodeCursor(key, list, cursor)).toThrow(INVALID);
  });
});
