import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  assertImportable,
  generateSigningSecret,
  parseSigningSecret,
} from '../../../lib/domain/signing-secret.js';
import { InvalidSigningSecretError } from '../../../lib/errors/admin.errors.js';

const secretOf = (bytes: Uint8Array): string => `whsec_${Buffer.from(bytes).toString('base64')}`;

describe('signing secrets', () => {
  it('are made of 32 fresh random bytes', () => {
    const secret = generateSigningSecret(randomBytes);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(parseSigningSecret(secret)).toHaveLength(32);
    expect(generateSigningSecret(randomBytes)).not.toBe(secret);
  });

  it('return the bytes they were made of, from 24 to 64 of them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 24, maxLength: 64 }), (bytes) => {
        expect(Uint8Array.from(parseSigningSecret(secretOf(bytes)))).toEqual(bytes);
      }),
    );
  });

  it('have 24 to 64 bytes', () => {
    expect([24, 64].map((size) => parseSigningSecret(secretOf(Buffer.alloc(size))).length)).toEqual([24, 64]);
  });

  it.each([
    ['without the prefix', Buffer.alloc(32).toString('base64')],
    ['empty', ''],
    ['of the prefix alone', 'whsec_'],
    ['of 23 bytes', secretOf(Buffer.alloc(23))],
    ['of 65 bytes', secretOf(Buffer.alloc(65))],
    ['with a character that is no base64', `whsec_${'A'.repeat(31)}!`],
    ['in base64url', `whsec_${'-_'.repeat(16)}`],
    ['without its padding', secretOf(Buffer.alloc(32)).replace('=', '')],
    ['with bits that are lost', `whsec_${'A'.repeat(42)}B=`],
    ['with a newline behind it', `${secretOf(Buffer.alloc(24))}\n`],
  ])('are refused %s, and not repeated in the message', (_how, text) => {
    expect(() => parseSigningSecret(text)).toThrow(InvalidSigningSecretError);
    if (text.length > 10) expect(() => parseSigningSecret(text)).not.toThrow(text);
  });

  it('are refused on import when they are published, with the remedy and without the secret in the message', () => {
    const published = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    expect(() => assertImportable(published)).toThrow(InvalidSigningSecretError);
    expect(() => assertImportable(published)).toThrow(/published example.*Leave signingSecret out/);
    expect(() => assertImportable(published)).not.toThrow(published);
    expect(() => assertImportable(generateSigningSecret(randomBytes))).not.toThrow();
  });
});
