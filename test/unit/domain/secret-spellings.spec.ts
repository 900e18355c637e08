import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { secretSpellings } from '../../../lib/domain/secret-spellings.js';

/** The text without all spellings of the secret. */
const redacted = (text: string, secret: string): string =>
  secretSpellings(secret).reduce((rest, spelling) => rest.replaceAll(spelling, ''), text);

const SECRET = 'pässword/+ "1" \\ & more?';

describe('secretSpellings', () => {
  it.each<[string, (text: string) => string]>([
    ['plain', (text) => text],
    ['in JSON', (text) => JSON.stringify({ headers: { text } })],
    ['percent-encoded', (text) => encodeURIComponent(text)],
    ['in a form', (text) => new URLSearchParams({ text }).toString()],
    ['in base64', (text) => Buffer.from(text, 'utf8').toString('base64')],
    ['in base64url', (text) => Buffer.from(text, 'utf8').toString('base64url')],
  ])('finds a secret %s', (_how, spell) => {
    const secret = 'canary/+ "1" \\ & more?';
    for (const before of ['', 'a', 'ab', 'abc', 'user:']) {
      const text = spell(`${before}${secret}after`);
      expect(text.length - redacted(text, secret).length).toBeGreaterThanOrEqual(secret.length - 2);
    }
  });

  it('finds any secret in base64, at any position of the encoded text', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string({ minLength: 4, unit: 'grapheme' }),
        fc.string(),
        (before, secret, after) => {
          const base64 = Buffer.from(before + secret + after, 'utf8').toString('base64');
          expect(
            secretSpellings(secret).some((spelling) => spelling !== '' && base64.includes(spelling)),
          ).toBe(true);
        },
      ),
    );
  });

  it('names each spelling once', () => {
    const spellings = secretSpellings(SECRET);
    expect(new Set(spellings).size).toBe(spellings.length);
    expect(secretSpellings('abcd').filter((spelling) => spelling === 'abcd')).toHaveLength(1);
  });

  it('accepts a text with a lone surrogate', () => {
    expect(secretSpellings('x\ud800y')).toContain('x\ud800y');
  });
});
