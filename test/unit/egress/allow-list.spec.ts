import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AllowList } from '../../../lib/egress/allow-list.js';
import { InvalidOptionError } from '../../../lib/errors/start-up.errors.js';

describe('AllowList', () => {
  it.each<[entry: string, inside: [string, number][], outside: [string, number][]]>([
    [
      '10.1.0.0/16',
      [
        ['10.1.0.0', 80],
        ['10.1.255.255', 65_535],
      ],
      [
        ['10.0.255.255', 80],
        ['10.2.0.0', 80],
        ['::ffff:10.1.0.1', 80],
      ],
    ],
    ['10.1.2.3/16', [['10.1.0.1', 80]], [['10.2.0.1', 80]]],
    [
      '127.0.0.1/32:8080',
      [['127.0.0.1', 8080]],
      [
        ['127.0.0.1', 8081],
        ['127.0.0.2', 8080],
      ],
    ],
    [
      '0.0.0.0/0',
      [
        ['10.0.0.1', 80],
        ['255.255.255.255', 80],
      ],
      [
        ['::1', 80],
        ['::ffff:10.0.0.1', 80],
      ],
    ],
    [
      'fd00::/8',
      [['fd12::1', 80]],
      [
        ['fc00::1', 80],
        ['10.0.0.1', 80],
      ],
    ],
    ['[fd00::]/8', [['fd12::1', 80]], [['fe80::1', 80]]],
    ['[fd00::]/8:443', [['fd12::1', 443]], [['fd12::1', 80]]],
    [
      '::1/128',
      [
        ['::1', 80],
        ['0:0:0:0:0:0:0:1', 80],
      ],
      [
        ['::2', 80],
        ['127.0.0.1', 80],
      ],
    ],
    [
      '::/0',
      [
        ['::1', 80],
        ['fd00::1', 80],
      ],
      [
        ['127.0.0.1', 80],
        ['fe80::1%eth0', 80],
      ],
    ],
    ['::ffff:0:0/96', [['::ffff:127.0.0.1', 80]], [['127.0.0.1', 80]]],
  ])(
    'with the entry %s allows the addresses of its range, on its port, and nothing else',
    (entry, inside, outside) => {
      const allow = new AllowList([entry]);
      for (const [address, port] of inside)
        expect([address, allow.allows(address, port)]).toEqual([address, true]);
      for (const [address, port] of outside)
        expect([address, allow.allows(address, port)]).toEqual([address, false]);
    },
  );

  it('allows an address if any of its entries does, and none if it has no entry', () => {
    const allow = new AllowList(['10.0.0.0/8:8080', '127.0.0.0/8']);
    expect(allow.allows('127.1.1.1', 80)).toBe(true);
    expect(allow.allows('10.1.1.1', 8080)).toBe(true);
    expect(allow.allows('10.1.1.1', 80)).toBe(false);
    expect(new AllowList([]).allows('127.0.0.1', 80)).toBe(false);
    expect(allow.allows('localhost', 80)).toBe(false);
  });

  it('accepts the ports 1 and 65535, and no port beyond them', () => {
    const allow = new AllowList(['10.0.0.0/8:1', '10.0.0.0/8:65535']);
    expect([1, 2, 65_534, 65_535].map((port) => allow.allows('10.1.1.1', port))).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  it.each([
    '',
    '127.0.0.1',
    '127.0.0.1:80',
    '127.0.0.0/33',
    '127.0.0/8',
    '::1/129',
    '[127.0.0.1]/8',
    '127.0.0.0/8:0',
    '127.0.0.0/8:65536',
    '127.0.0.0/8:http',
    ' 127.0.0.0/8',
    '127.0.0.0/8\n',
    '127.0.0.0/-1',
    '127.0.0.0/',
    'localhost/32',
    'fe80::1%eth0/64',
    '*',
    '0/0',
    '127.0.0.0/8,10.0.0.0/8',
    '127.0.0.0/10.0.0.0/8',
  ])('refuses the entry %j, and shows what an entry looks like', (entry) => {
    expect(() => new AllowList(['10.0.0.0/8', entry])).toThrow(InvalidOptionError);
    expect(() => new AllowList([entry])).toThrow(/egress\.allowCidrs.*10\.1\.0\.0\/16/s);
  });

  it('agrees with plain arithmetic for every IPv4 network', () => {
    const toNumber = (address: string): number =>
      address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), fc.ipV4(), (network, prefix, address) => {
        const size = 2 ** (32 - prefix);
        const inside = Math.floor(toNumber(network) / size) === Math.floor(toNumber(address) / size);
        const allow = new AllowList([`${network}/${prefix}`]);
        expect(allow.allows(address, 80)).toBe(inside);
        expect(allow.allows(network, 80)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
