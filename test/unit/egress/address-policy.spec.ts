import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { familyOf, isPublicAddress } from '../../../lib/egress/address-policy.js';

/** The first and the last address of each refused range, and the addresses just outside of it. */
const IPV4_RANGES: readonly (readonly [
  below: string | undefined,
  first: string,
  last: string,
  above: string | undefined,
])[] = [
  [undefined, '0.0.0.0', '0.255.255.255', '1.0.0.0'],
  ['9.255.255.255', '10.0.0.0', '10.255.255.255', '11.0.0.0'],
  ['100.63.255.255', '100.64.0.0', '100.127.255.255', '100.128.0.0'],
  ['126.255.255.255', '127.0.0.0', '127.255.255.255', '128.0.0.0'],
  ['168.63.129.15', '168.63.129.16', '168.63.129.16', '168.63.129.17'],
  ['169.253.255.255', '169.254.0.0', '169.254.255.255', '169.255.0.0'],
  ['172.15.255.255', '172.16.0.0', '172.31.255.255', '172.32.0.0'],
  ['191.255.255.255', '192.0.0.0', '192.0.0.255', '192.0.1.0'],
  ['192.0.1.255', '192.0.2.0', '192.0.2.255', '192.0.3.0'],
  ['192.31.195.255', '192.31.196.0', '192.31.196.255', '192.31.197.0'],
  ['192.52.192.255', '192.52.193.0', '192.52.193.255', '192.52.194.0'],
  ['192.88.98.255', '192.88.99.0', '192.88.99.255', '192.88.100.0'],
  ['192.167.255.255', '192.168.0.0', '192.168.255.255', '192.169.0.0'],
  ['192.175.47.255', '192.175.48.0', '192.175.48.255', '192.175.49.0'],
  ['198.17.255.255', '198.18.0.0', '198.19.255.255', '198.20.0.0'],
  ['198.51.99.255', '198.51.100.0', '198.51.100.255', '198.51.101.0'],
  ['203.0.112.255', '203.0.113.0', '203.0.113.255', '203.0.114.0'],
  ['223.255.255.255', '224.0.0.0', '255.255.255.255', undefined],
];

const IPV6_RANGES: typeof IPV4_RANGES = [
  [undefined, '::', '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2000::'],
  [
    '2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    '2001::',
    '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff',
    '2001:200::',
  ],
  [
    '2001:db7:ffff:ffff:ffff:ffff:ffff:ffff',
    '2001:db8::',
    '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
    '2001:db9::',
  ],
  ['2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2003::'],
  [
    '2620:4f:7fff:ffff:ffff:ffff:ffff:ffff',
    '2620:4f:8000::',
    '2620:4f:8000:ffff:ffff:ffff:ffff:ffff',
    '2620:4f:8001::',
  ],
  [
    '3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    '3fff::',
    '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff',
    '3fff:1000::',
  ],
  ['3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '4000::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', undefined],
];

describe('isPublicAddress', () => {
  it.each([...IPV4_RANGES, ...IPV6_RANGES])(
    'separates public from other addresses exactly at the bounds of a range: %s | %s … %s | %s',
    (below, first, last, above) => {
      expect([first, last].map(isPublicAddress)).toEqual([false, false]);
      for (const neighbour of [below, above])
        if (neighbour !== undefined) expect(isPublicAddress(neighbour)).toBe(true);
    },
  );

  it('agrees with plain arithmetic for every IPv4 address', () => {
    const toNumber = (address: string): number =>
      address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    const refused = IPV4_RANGES.map(([, first, last]) => [toNumber(first), toNumber(last)] as const);
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const value = toNumber(address);
        expect(isPublicAddress(address)).toBe(
          !refused.some(([first, last]) => first <= value && value <= last),
        );
      }),
      { numRuns: 5_000 },
    );
  });

  it('treats no IPv6 address outside 2000::/3 as public, in whatever spelling', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        // The URL parser writes the address in its normal form, which shows the first group.
        const first = parseInt(new URL(`http://[${address}]/`).hostname.slice(1).split(':')[0] || '0', 16);
        if (first < 0x2000 || first > 0x3fff) expect(isPublicAddress(address)).toBe(false);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    '::ffff:8.8.8.8',
    '::FFFF:808:808',
    '0:0:0:0:0:ffff:808:808',
    '::8.8.8.8',
    '64:ff9b::8.8.8.8',
    '::ffff:0:8.8.8.8',
  ])('does not treat %s as public, although it carries a public IPv4 address', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each([
    '',
    'not-an-ip',
    'localhost',
    '8.8.8',
    '8.8.8.8.8',
    '08.8.8.8',
    '8.8.8.8 ',
    '8.8.8.8/32',
    '[2606:4700::1]',
    '2606:4700::1%eth0',
    'fe80::1%1',
    '2130706433',
  ])('does not treat %j as public, because it is no plain address', (text) => {
    expect(isPublicAddress(text)).toBe(false);
    expect(familyOf(text)).toBeUndefined();
  });
});
