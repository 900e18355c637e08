import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SecretUnreadableError } from '../../../lib/errors/database.errors.js';
import { SecretBox, type SecretPlace } from '../../../lib/secrets/secret-box.js';

const PLACE: SecretPlace = {
  tenantUid: 'shop',
  table: 'webhook_http_transport',
  row: 'erp',
  field: 'password',
};
const OLD = { id: 'old', key: randomBytes(32) };
const NEW = { id: 'new', key: randomBytes(32) };

describe('SecretBox', () => {
  it('decrypts any text that was encrypted', () => {
    const box = new SecretBox([NEW]);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (secret) => {
        const stored = box.encrypt(secret, PLACE);
        expect(stored).toMatch(/^v1:new:[A-Za-z0-9+/]+={0,2}$/);
        expect(box.decrypt(stored, PLACE)).toBe(secret);
      }),
    );
  });

  it('says that a stored text that contains no key id cannot be decrypted, and names no key', () => {
    const decrypt = (): string => new SecretBox([NEW]).decrypt('damaged', PLACE);
    expect(decrypt).toThrow(SecretUnreadableError);
    expect(decrypt).toThrow(
      'The stored password of HTTP transport "erp" (tenant "shop") cannot be decrypted. Add',
    );
  });

  it('encrypts one text to different bytes each time, so that equal secrets cannot be recognized', () => {
    const box = new SecretBox([NEW]);
    expect(box.encrypt('secret', PLACE)).not.toBe(box.encrypt('secret', PLACE));
  });

  it.each<[keyof SecretPlace, string]>([
    ['tenantUid', 'other'],
    ['table', 'webhook_webhook'],
    ['row', 'crm'],
    ['field', 'token'],
  ])('does not decrypt a secret that was moved to another %s', (part, value) => {
    const box = new SecretBox([NEW]);
    const stored = box.encrypt('secret', PLACE);
    expect(() => box.decrypt(stored, { ...PLACE, [part]: value })).toThrow(SecretUnreadableError);
  });

  it('does not decrypt a secret in a place whose parts, joined, are the same text', () => {
    const box = new SecretBox([NEW]);
    const table = PLACE.table;
    const stored = box.encrypt('secret', { ...PLACE, tenantUid: `a,${table},b`, row: 'c' });
    expect(() => box.decrypt(stored, { ...PLACE, tenantUid: 'a', row: `b,${table},c` })).toThrow(
      SecretUnreadableError,
    );
  });

  it('notices every altered bit', () => {
    const box = new SecretBox([NEW]);
    const stored = box.encrypt('secret', PLACE);
    const [head, bytes] = [
      stored.slice(0, 'v1:new:'.length),
      Buffer.from(stored.slice('v1:new:'.length), 'base64'),
    ];
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const altered = Buffer.from(bytes);
      altered[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => box.decrypt(head + altered.toString('base64'), PLACE)).toThrow(SecretUnreadableError);
    }
  });

  it.each([0, 1, 11, 12, 16, 27])('does not accept a text cut to %i bytes, nor a shorter tag', (length) => {
    const box = new SecretBox([NEW]);
    const bytes = Buffer.from(box.encrypt('', PLACE).slice('v1:new:'.length), 'base64');
    const cut = `v1:new:${bytes.subarray(0, length).toString('base64')}`;
    expect(() => box.decrypt(cut, PLACE)).toThrow(SecretUnreadableError);
  });

  it('decrypts with every key of the ring and encrypts with the first', () => {
    const stored = new SecretBox([OLD]).encrypt('secret', PLACE);
    const box = new SecretBox([NEW, OLD]);
    expect(box.decrypt(stored, PLACE)).toBe('secret');
    expect(box.encrypt('secret', PLACE)).toMatch(/^v1:new:/);
    expect(() => new SecretBox([NEW]).decrypt(stored, PLACE)).toThrow(/key "old"/);
    expect(() => new SecretBox([{ ...NEW, id: 'old' }]).decrypt(stored, PLACE)).toThrow(
      SecretUnreadableError,
    );
  });

  it('re-encrypts secrets that have another key or none, and no others', () => {
    const box = new SecretBox([NEW, OLD]);
    for (const before of [new SecretBox([OLD]), new SecretBox([])]) {
      const reencrypted = box.reencrypt(before.encrypt('secret', PLACE), PLACE);
      expect(SecretBox.keyIdOf(reencrypted)).toBe('new');
      expect(box.decrypt(reencrypted, PLACE)).toBe('secret');
      expect(box.reencrypt(reencrypted, PLACE)).toBe(reencrypted);
    }
  });

  it('leaves secrets in plain text without keys, marked so that keys can be introduced', () => {
    const stored = new SecretBox([]).encrypt('v1:new:looks encrypted', PLACE);
    expect(stored).toBe('v0:v1:new:looks encrypted');
    expect(new SecretBox([NEW]).decrypt(stored, PLACE)).toBe('v1:new:looks encrypted');
  });

  it('shows neither secret nor key in an error or when it is printed', () => {
    const key = Buffer.from('canary-canary-canary-canary-1234');
    const box = new SecretBox([{ id: 'k', key }]);
    const stored = box.encrypt('hidden-value', PLACE);
    const error = (() => {
      try {
        return box.decrypt(stored, { ...PLACE, row: 'crm' });
      } catch (caught) {
        return caught;
      }
    })();
    const shown = inspect([error, box], { depth: 20, showHidden: true });
    expect(shown).not.toContain('hidden-value');
    expect(shown).not.toContain('canary');
    expect(shown).not.toContain('63 61 6e 61');
  });
});
