import { describe, expect, it } from '@jest/globals';
import { checkHostName } from '../../../lib/egress/host-policy.js';

describe('checkHostName', () => {
  it('strips one trailing dot, and not two', () => {
    expect(checkHostName('shop.example.com.')).toBe('shop.example.com');
    expect(() => checkHostName('shop.example.com..')).toThrow(/not a valid domain name/);
  });

  // The URL parser refuses this already. It is said here as well, because resolvers take such names for addresses.
  it('refuses a name whose last label is all digits', () => {
    expect(() => checkHostName('shop.123')).toThrow(/not a valid domain name/);
    expect(checkHostName('123.shop')).toBe('123.shop');
  });

  it('says of a reserved name that it is reserved', () => {
    expect(() => checkHostName('localhost')).toThrow(/names under "localhost"/);
  });
});
