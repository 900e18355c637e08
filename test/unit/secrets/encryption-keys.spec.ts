import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '../../../lib/errors/start-up.errors.js';
import { checkKeys, type EncryptionKey } from '../../../lib/secrets/encryption-keys.js';

const key = Buffer.from('canary-canary-canary-canary-1234');

/** The message with which these keys are refused. */
function refusalOf(keys: unknown): string {
  try {
    checkKeys(keys as EncryptionKey[]);
  } catch (error) {
    if (error instanceof InvalidOptionError) return error.message;
    throw error;
  }
  throw new Error('The keys were accepted.');
}

describe('checkKeys', () => {
  it('returns the keys in their order', () => {
    const keys = checkKeys([
      { id: 'k2', key },
      { id: 'k1', key: new Uint8Array(32) },
    ]);
    expect(keys.map(({ id }) => id)).toEqual(['k2', 'k1']);
    expect(Buffer.from(keys[0]!.key)).toEqual(key);
  });

  it('keeps a copy, so that the host may overwrite its own', () => {
    const own = Uint8Array.from(key);
    const [kept] = checkKeys([{ id: 'k1', key: own }]);
    own.fill(0);
    expect(Buffer.from(kept!.key)).toEqual(key);
  });

  it('shows no bytes when a key is printed, serialized or copied', () => {
    const [kept] = checkKeys([{ id: 'k1', key }]);
    const shown = inspect({ kept, copy: { ...kept } }, { depth: 20, showHidden: true, getters: true });
    expect(shown).toContain('k1');
    expect(shown).not.toContain('canary');
    expect(shown).not.toContain('63 61 6e');
    expect(JSON.stringify([kept, { ...kept }])).toBe('[{"id":"k1"},{"id":"k1"}]');
  });

  it.each<[string, unknown, RegExp]>([
    ['no list', 'k1', /encryption\.keys/],
    ['nothing in the list', [null], /keys\[\]\.id/],
    ['a key too short', [{ id: 'k1', key: key.subarray(1) }], /\(k1\).*31 bytes/s],
    ['a text for a key', [{ id: 'k1', key: 'canary-canary' }], /\(k1\).*string/s],
    ['an id with a colon', [{ id: 'k:1', key }], /a string of 3 characters/],
    ['the key in place of the id', [{ id: key.toString('base64'), key }], /a string of 44 characters/],
    [
      'two of one id',
      [
        { id: 'k1', key },
        { id: 'k1', key },
      ],
      /id of its own/,
    ],
  ])('refuses %s and shows no key', (_case, keys, message) => {
    const refusal = refusalOf(keys);
    expect(refusal).toMatch(message);
    expect(refusal).not.toContain('canary');
    expect(refusal).not.toContain(key.toString('base64'));
  });
});
