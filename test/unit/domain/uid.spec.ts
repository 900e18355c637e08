import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  auditUidOf,
  deliveryIdOf,
  deliveryUidOf,
  isTenantUid,
  isUid,
  recoveryIdOf,
  recoveryUidOf,
  uuidv7,
} from '../../../lib/domain/uid.js';

const id = fc.maxSafeNat();

describe('isUid', () => {
  it('accepts 1 to 64 letters, digits, underscores and hyphens', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/), (text) => expect(isUid(text)).toBe(true)),
    );
  });

  it.each([
    '',
    'a b',
    'a\n',
    '\na',
    'a.b',
    'a/b',
    '../x',
    'å',
    'a%20',
    'a\0',
    'a'.repeat(65),
    7,
    null,
    undefined,
    ['a'],
    new String('a'),
  ])('refuses %p', (value) => expect(isUid(value)).toBe(false));
});

describe('The uid of an audit entry', () => {
  it('is built like that of a delivery', () => {
    expect([auditUidOf(33), isUid(auditUidOf(33))]).toEqual(['aud_0000000000011', true]);
  });
});

describe('A uid', () => {
  it('has at most 64 characters', () => {
    expect([64, 65].map((length) => isUid('a'.repeat(length)))).toEqual([true, false]);
  });
});

describe('isTenantUid', () => {
  it.each([
    '7',
    'a_b-c',
    'shop.example.com',
    'org:7',
    'auth0|5f7c',
    'owner@shop.example',
    '...',
    '.a',
    'a'.repeat(64),
  ])('accepts %p', (value) => expect(isTenantUid(value)).toBe(true));

  it.each([
    '',
    '.',
    '..',
    'a/b',
    'a b',
    'a%20',
    'a\n',
    'a?b',
    'a#b',
    'a\\b',
    'å',
    'a\0',
    'a'.repeat(65),
    7,
    null,
    undefined,
  ])('refuses %p', (value) => expect(isTenantUid(value)).toBe(false));
});

describe('uuidv7', () => {
  it('makes the example of RFC 9562', () => {
    // Appendix A.6: the version and variant bits are set over the random bits.
    const random = Buffer.from('0cc398c4dc0c0c07398f', 'hex');
    expect(uuidv7(0x017f22e279b0, () => random)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
  });

  it('is a uid that contains its time, its version and its variant, whatever the random bytes', () => {
    const nowMs = fc.integer({ min: 0, max: 2 ** 48 - 1 });
    fc.assert(
      fc.property(nowMs, fc.uint8Array({ minLength: 10, maxLength: 10 }), (now, random) => {
        const given = Uint8Array.from(random);
        const uid = uuidv7(now, () => random);
        expect(uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(isUid(uid)).toBe(true);
        expect(Number.parseInt(uid.slice(0, 8) + uid.slice(9, 13), 16)).toBe(now);
        expect(random).toEqual(given);
      }),
    );
  });

  it('sorts by time', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (a, b) => {
        fc.pre(a < b);
        expect(uuidv7(a, randomBytes) < uuidv7(b, randomBytes)).toBe(true);
      }),
    );
  });

  it('does not repeat', () => {
    expect(new Set(Array.from({ length: 10_000 }, () => uuidv7(0, randomBytes))).size).toBe(10_000);
  });
});

describe('delivery uids', () => {
  it('have one form, which is a uid', () => {
    expect(deliveryUidOf(0)).toBe('dlv_0000000000000');
    expect(deliveryUidOf(33)).toBe('dlv_0000000000011');
    expect(deliveryUidOf(Number.MAX_SAFE_INTEGER)).toBe('dlv_007zzzzzzzzzz');
    fc.assert(fc.property(id, (number) => expect(isUid(deliveryUidOf(number))).toBe(true)));
  });

  it('are decoded to their number', () => {
    fc.assert(fc.property(id, (number) => expect(deliveryIdOf(deliveryUidOf(number))).toBe(number)));
  });

  it('have the same form as those of recoveries, with another prefix', () => {
    expect([recoveryUidOf(33), recoveryIdOf('rec_0000000000011')]).toEqual(['rec_0000000000011', 33]);
    expect([recoveryIdOf('dlv_0000000000011'), deliveryIdOf('rec_0000000000011')]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('sort as the numbers do', () => {
    fc.assert(fc.property(id, id, (a, b) => expect(deliveryUidOf(a) < deliveryUidOf(b)).toBe(a < b)));
  });

  it.each([
    '',
    'dlv_',
    '0000000000011',
    'dlv_000000000001',
    'dlv_00000000000011',
    'DLV_0000000000011',
    'dlv_000000000001I',
    'dlv_000000000001u',
    'dlv_000000000001A',
    'dlv_0000000000011\n',
    'dlv_zzzzzzzzzzzzz',
    'dlv_0080000000000',
  ])('are not read from %p', (text) => expect(deliveryIdOf(text)).toBeUndefined());

  it('are never read from a text that is not the uid of just that number', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^dlv_[0-9a-z]{13}$/)), (text) => {
        const number = deliveryIdOf(text);
        if (number !== undefined) expect(deliveryUidOf(number)).toBe(text);
      }),
    );
  });
});
