import { validateHeaderName, validateHeaderValue } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assertTenantHeaders } from '../../../lib/egress/header-policy.js';
import type { TenantHeader } from '../../../lib/egress/header-policy.js';
import { HeaderRefusedError } from '../../../lib/errors/admin.errors.js';
import { anyText } from '../../support/any-text.js';

const SECRET = 'sEcReT-value';

/** The error that refuses the headers; undefined when they are accepted. Fails on any other error. */
function refusalOf(headers: TenantHeader[], authorizationSet = false): HeaderRefusedError | undefined {
  try {
    assertTenantHeaders(headers, { authorizationSet });
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(HeaderRefusedError);
    return error as HeaderRefusedError;
  }
}

const named = (key: string): TenantHeader[] => [{ key, value: SECRET }];
const valued = (value: string): TenantHeader[] => [{ key: 'x-shop', value }];

describe('assertTenantHeaders', () => {
  it.each([
    'x-shop',
    'X-API-Key',
    'Accept',
    'authorization',
    'date',
    'x-forwarded',
    'webhook',
    'contents',
    "!#$%&'*+-.^_`|~09",
    'x-real-ip',
  ])('accepts the name %s', (key) => {
    expect(refusalOf(named(key))).toBeUndefined();
  });

  it.each([
    'host',
    'content-type',
    'content-length',
    'content-encoding',
    'content-anything',
    'transfer-encoding',
    'connection',
    'te',
    'trailer',
    'upgrade',
    'expect',
    'keep-alive',
    'proxy-authorization',
    'proxy-connection',
    'cookie',
    'via',
    'forwarded',
    'x-forwarded-for',
    'x-forwarded-host',
    'webhook-id',
    'webhook-signature',
    'x-webhook-attempt',
    'user-agent',
  ])('refuses the name %s in lower, upper and mixed case', (key) => {
    const mixed = [...key].map((letter, index) => (index % 2 ? letter.toUpperCase() : letter)).join('');
    for (const spelling of [key, key.toUpperCase(), mixed]) expect(refusalOf(named(spelling))).toBeDefined();
  });

  it.each([
    '',
    ' ',
    'x shop',
    'x-shop ',
    ' x-shop',
    'x-shop:',
    'x:y',
    'x\r\ny',
    'x-shop\n',
    'x\0',
    'x\tshop',
    '(x)',
    'x,y',
    'caf\u00e9',
    'ho\u017ft',
    '\u212aeep-alive',
    'x"y',
    '{x}',
    '[x]',
    'x@y',
    'x/y',
    'x=y',
  ])('refuses %j, which is no header name', (key) => {
    expect(refusalOf(named(key))).toBeDefined();
  });

  it('refuses authorization only when the security type sets it', () => {
    expect(refusalOf(named('Authorization'), false)).toBeUndefined();
    expect(refusalOf(named('Authorization'), true)?.header).toBe('Authorization');
    expect(refusalOf(named('x-shop'), true)).toBeUndefined();
  });

  it.each([
    '',
    'plain',
    'with spaces and\ttabs',
    'caf\u00e9 \u00ff',
    '\u0080',
    '"quoted"; a=b, c',
    '********',
  ])('accepts the value %j', (value) => {
    expect(refusalOf(valued(value))).toBeUndefined();
  });

  it.each([
    'a\rb',
    'a\nb',
    'a\r\nx-forged: 1',
    'a\0b',
    '\u007f',
    'a\u0001',
    '\u20ac',
    '\ud83d\ude00',
    '\ud800',
    'a\u2028b',
    '\u0100',
    'a\n',
  ])('refuses the value %j', (value) => {
    expect(refusalOf(valued(value))).toBeDefined();
  });

  it('accepts 20 headers of 4 KiB each, and not one more, nor one byte more', () => {
    const headers = Array.from({ length: 20 }, (_, index) => ({
      key: `x-${index + 10}`,
      value: 'v'.repeat(4092),
    }));
    expect(refusalOf(headers)).toBeUndefined();
    expect(refusalOf([...headers, { key: 'x-more', value: '' }])?.header).toBeUndefined();
    expect(refusalOf([...headers, { key: 'x-more', value: '' }])?.message).toMatch(/at most 20/);
    expect(refusalOf(valued('v'.repeat(4090)))).toBeUndefined();
    expect(refusalOf(valued('v'.repeat(4091)))?.header).toBe('x-shop');
  });

  it('names the header in its message, escaped and cut, and never the value', () => {
    for (const key of ['host', 'a\r\nb', 'x'.repeat(5_000), '\u202e', '\ud800', '']) {
      const refusal =
        refusalOf([{ key: key || ' ', value: SECRET }]) ?? refusalOf([{ key, value: `${SECRET}\n` }]);
      expect(refusal?.code).toBe('HEADER_REFUSED');
      expect(refusal?.message).not.toContain(SECRET);
      expect(refusal?.message).toMatch(/^[\x20-\x7e]{1,400}$/);
    }
    expect(refusalOf(named('Host'))?.message).toContain('"Host"');
    expect(refusalOf(valued(`${SECRET}\n`))?.message).not.toContain(SECRET);
  });

  it('accepts no reserved name, however it is written and whatever follows a reserved beginning', () => {
    const rest = fc.stringMatching(/^[a-z0-9-]{0,12}$/);
    const reserved = fc.oneof(
      fc.constantFrom(
        'host',
        'connection',
        'cookie',
        'te',
        'transfer-encoding',
        'user-agent',
        'via',
        'expect',
      ),
      fc
        .tuple(fc.constantFrom('content-', 'proxy-', 'webhook-', 'x-webhook-', 'x-forwarded-'), rest)
        .map((parts) => parts.join('')),
    );
    const respelled = reserved.chain((name) =>
      fc
        .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
        .map((upper) => [...name].map((letter, at) => (upper[at] ? letter.toUpperCase() : letter)).join('')),
    );
    fc.assert(
      fc.property(respelled, fc.string(), (key, value) => expect(refusalOf([{ key, value }])).toBeDefined()),
    );
  });

  it('accepts nothing that Node would not write as one header line, for any input', () => {
    const text = fc.oneof(anyText(), fc.string(), fc.constantFrom('x-a', 'host', 'a\r\nb: c'));
    fc.assert(
      fc.property(text, text, (key, value) => {
        fc.pre(refusalOf([{ key, value }]) === undefined);
        expect(() => validateHeaderName(key)).not.toThrow();
        expect(() => validateHeaderValue(key, value)).not.toThrow();
      }),
    );
  });
});
