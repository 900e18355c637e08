import { describe, expect, it } from '@jest/globals';
import { checkHostName } from '../../../lib/egress/host-policy.js';

describe('checkHostName', () => {
  it('strips one trailing dot, and not two', () => {
    expect(checkHostName('shop.example.com.')).toBe('shop.example.com');
    expect(() => checkHostName('shop.example.com..')).toThrow(/not a valid domain name/);
  });

  // The URL parser refuses such a name already. The policy refuses it as well, because resolvers take such names for addresses.
  it('refuses a name whose last label is all digits', () => {
    expect(() => checkHostName('shop.123')).toThrow(/not a valid domain name/);
    for (const name of ['123.shop', 'shop.a1', 'shop.1a']) expect(checkHostName(name)).toBe(name);
  });

  it('accepts a name of 253 characters and refuses one more', () => {
    const name = `${'a.'.repeat(126)}a`;
    expect(name).toHaveLength(253);
    expect(checkHostName(name)).toBe(name);
    expect(() => checkHostName(`${name}a`)).toThrow(/not a valid domain name/);
  });

  it('refuses a name if one of its labels is invalid', () => {
    expect(() => checkHostName('-a.example.com')).toThrow(/not a valid domain name/);
    expect(() => checkHostName('shop.-a.com')).toThrow(/not a valid domain name/);
  });

  it('names the reserved domain in the message about a reserved name', () => {
    expect(() => checkHostName('localhost')).toThrow(/names under "localhost"/);
  });
});
