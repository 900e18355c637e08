import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AllowList } from '../../../lib/egress/allow-list.js';
import { CheckedUrl, checkUrl } from '../../../lib/egress/url-policy.js';
import type { UrlRules } from '../../../lib/egress/url-policy.js';
import { TargetRefusedError, type TargetRule } from '../../../lib/errors/admin.errors.js';
import { anyText } from '../../support/any-text.js';

const PUBLIC_ONLY: UrlRules = { allowHttp: true, allow: new AllowList([]) };
const LOOPBACK: UrlRules = { allowHttp: true, allow: new AllowList(['127.0.0.0/8', '[::1]/128']) };

/** The rule that refuses a URL; undefined when it is accepted. Fails on any other error. */
function refusalOf(url: string, rules = PUBLIC_ONLY): TargetRule | undefined {
  try {
    checkUrl(url, rules);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(TargetRefusedError);
    return (error as TargetRefusedError).rule;
  }
}

describe('checkUrl', () => {
  it.each<[string, Partial<CheckedUrl>]>([
    ['https://shop.example.com', { origin: 'https://shop.example.com', port: 443, path: '/' }],
    ['HTTPS://Shop.Example.COM:443/Hook?a=B#top', { origin: 'https://shop.example.com', path: '/Hook?a=B' }],
    ['http://shop.example.com/', { origin: 'http://shop.example.com', port: 80 }],
    ['http://shop.example.com:443/', { origin: 'http://shop.example.com:443', port: 443 }],
    ['https://shop.example.com:80/', { origin: 'https://shop.example.com:80', port: 80 }],
    ['https://shop.example.com:8443/', { origin: 'https://shop.example.com:8443', port: 8443 }],
    ['https://shop.example.com:/', { origin: 'https://shop.example.com', port: 443 }],
    ['https://shop.example.com./a', { origin: 'https://shop.example.com', hostname: 'shop.example.com' }],
    ['https://shop.example.com.:8443/a', { origin: 'https://shop.example.com:8443' }],
    ['https://b\u00fccher.example.com/', { hostname: 'xn--bcher-kva.example.com' }],
    ['https://_sip._tcp.example.com/', { hostname: '_sip._tcp.example.com' }],
    ['https://8.8.8.8:8443/', { origin: 'https://8.8.8.8:8443', hostname: '8.8.8.8' }],
    [
      'https://[2606:4700:4700:0::1111]:8443/',
      { origin: 'https://[2606:4700:4700::1111]:8443', hostname: '2606:4700:4700::1111' },
    ],
    ['https://shop.example.com/a b'.replace(' ', '%20'), { path: '/a%20b' }],
    ['https://shop.example.com/caf\u00e9?\u20ac', { path: '/caf%C3%A9?%E2%82%AC' }],
    ['https://shop.example.com/a/../b/./c', { path: '/b/c' }],
    ['https://shop.example.com/@user:pw@x?http://127.0.0.1/', { path: '/@user:pw@x?http://127.0.0.1/' }],
  ])('accepts %j', (text, expected) => {
    expect(checkUrl(text, PUBLIC_ONLY)).toMatchObject(expected);
  });

  it.each<[TargetRule, string]>([
    ['LENGTH', `https://shop.example.com/${'a'.repeat(2024)}`],
    ['CHARACTERS', 'https://shop.example.com/\n'],
    ['CHARACTERS', '\thttps://shop.example.com/'],
    ['CHARACTERS', 'https://shop.example.com/a b'],
    ['CHARACTERS', 'https://shop.example.com/a\u00a0b'],
    ['CHARACTERS', 'https://shop.example.com/a\u3000b'],
    ['CHARACTERS', 'https://shop.example.com/a\u2028b'],
    ['CHARACTERS', 'https://shop.example.com/\0'],
    ['CHARACTERS', 'https://shop.example.com/\u0085'],
    ['CHARACTERS', 'https://shop.example.com/\u007f'],
    ['CHARACTERS', 'https://sh\u00adop.example.com/'],
    ['CHARACTERS', 'https://sh\u200bop.example.com/'],
    ['CHARACTERS', 'https://\u202eshop.example.com/'],
    ['CHARACTERS', '\ufeffhttps://shop.example.com/'],
    ['CHARACTERS', 'https://shop.example.com/\ud800'],
    ['CHARACTERS', 'https:\\\\shop.example.com\\'],
    ['CHARACTERS', 'https://shop.example.com\\.evil.example.net/'],
    ['SCHEME', ''],
    ['SCHEME', 'shop.example.com'],
    ['SCHEME', '//shop.example.com/'],
    ['SCHEME', 'ftp://shop.example.com/'],
    ['SCHEME', 'ws://shop.example.com/'],
    ['SCHEME', 'javascript:alert(1)'],
    ['SCHEME', 'data:text/plain,x'],
    ['SCHEME', 'view-source:https://shop.example.com/'],
    ['SCHEME', 'http\u017f://shop.example.com/'],
    ['AUTHORITY', 'https:'],
    ['AUTHORITY', 'https://'],
    ['AUTHORITY', 'https:///shop.example.com/'],
    ['AUTHORITY', 'https:/shop.example.com/'],
    ['AUTHORITY', 'https:shop.example.com/'],
    ['AUTHORITY', 'http:shop.example.com/'],
    ['AUTHORITY', 'https://?shop.example.com'],
    ['USER_INFO', 'https://user@shop.example.com/'],
    ['USER_INFO', 'https://user:pw@shop.example.com/'],
    ['USER_INFO', 'https://@shop.example.com/'],
    ['USER_INFO', 'https://:@shop.example.com/'],
    ['USER_INFO', 'https://shop.example.com@127.0.0.1/'],
    ['USER_INFO', 'https://shop.example.com:443@127.0.0.1/'],
    ['SYNTAX', 'https://shop.example.com:65536/'],
    ['SYNTAX', 'https://shop.example.com:-1/'],
    ['SYNTAX', 'https://shop.example.com:8443x/'],
    ['SYNTAX', 'https://[::1'],
    ['SYNTAX', 'https://[::1]x/'],
    ['SYNTAX', 'https://1.2.3.4.5/'],
    ['SYNTAX', 'https://shop.example.1/'],
    ['SYNTAX', 'https://shop.example.0x1/'],
    ['SYNTAX', 'https://a<b.example.com/'],
    ['SYNTAX', 'https://256.256.256.256/'],
    ['HOST_NAME', 'https://shop/'],
    ['HOST_NAME', 'https://shop./'],
    ['HOST_NAME', 'https://shop..example.com/'],
    ['HOST_NAME', 'https://shop.example.com../'],
    ['HOST_NAME', 'https://.example.com/'],
    ['HOST_NAME', 'https://-shop.example.com/'],
    ['HOST_NAME', 'https://shop-.example.com/'],
    ['HOST_NAME', "https://sh'op.example.com/"],
    ['HOST_NAME', 'https://sh$op.example.com/'],
    ['HOST_NAME', 'https://*.example.com/'],
    ['HOST_NAME', `https://${'a'.repeat(64)}.example.com/`],
    ['HOST_NAME', `https://${'a.'.repeat(126)}aa/`],
    ['HOST_NAME', 'https://%73hop.example.com/'],
    ['HOST_NAME', 'https://127%2e0.0.1/'],
    ['RESERVED_NAME', 'https://localhost/'],
    ['RESERVED_NAME', 'https://a.localhost./'],
    ['RESERVED_NAME', 'https://localhost.localdomain/'],
    ['RESERVED_NAME', 'https://printer.local/'],
    ['RESERVED_NAME', 'https://kubernetes.default.svc/'],
    ['RESERVED_NAME', 'https://kubernetes.default.svc.cluster.local/'],
    ['RESERVED_NAME', 'https://vault.service.internal/'],
    ['RESERVED_NAME', 'https://x.INTRANET/'],
    ['RESERVED_NAME', 'https://x.private/'],
    ['RESERVED_NAME', 'https://x.corp/'],
    ['RESERVED_NAME', 'https://x.home/'],
    ['RESERVED_NAME', 'https://x.lan/'],
    ['RESERVED_NAME', 'https://1.0.0.127.in-addr.arpa/'],
    ['RESERVED_NAME', 'https://x.test/'],
    ['RESERVED_NAME', 'https://x.invalid/'],
    ['RESERVED_NAME', 'https://x.example/'],
    ['RESERVED_NAME', 'https://x.onion/'],
    ['RESERVED_NAME', 'https://x.alt/'],
    ['RESERVED_NAME', 'https://x.l\uff4fcal/'],
    ['RESERVED_NAME', 'https://x\u3002local/'],
    ['ADDRESS', 'https://127.0.0.1/'],
    ['ADDRESS', 'https://[::1]/'],
    ['ADDRESS', 'https://[::ffff:8.8.8.8]/'],
    ['ADDRESS', 'https://[64:ff9b::808:808]/'],
    ['ADDRESS_SPELLING', 'https://127.0.0.1./'],
    ['ADDRESS_SPELLING', 'https://8.8.8.8./'],
    ['ADDRESS_SPELLING', 'https://134744072/'],
    ['ADDRESS_SPELLING', 'https://010.8.8.8/'],
    ['ADDRESS_SPELLING', 'https://\uff18.8.8.8/'],
    ['ADDRESS_SPELLING', 'https://8\u30028.8.8/'],
  ])('refuses for %s: %j', (rule, text) => {
    expect(refusalOf(text)).toBe(rule);
  });

  it('accepts 2,048 characters and refuses one more', () => {
    const url = `https://shop.example.com/${'a'.repeat(2023)}`;
    expect(url).toHaveLength(2048);
    expect(refusalOf(url)).toBeUndefined();
    expect(refusalOf(`${url}a`)).toBe('LENGTH');
  });

  it('accepts http only if the operator allows it, whatever the allow list says', () => {
    const httpsOnly = { ...LOOPBACK, allowHttp: false };
    expect(refusalOf('http://shop.example.com/', httpsOnly)).toBe('HTTP_NOT_ALLOWED');
    expect(refusalOf('http://127.0.0.1:8080/', httpsOnly)).toBe('HTTP_NOT_ALLOWED');
    expect(refusalOf('https://shop.example.com/', httpsOnly)).toBeUndefined();
  });

  it('lets the allow list open addresses, and nothing but addresses', () => {
    expect(refusalOf('http://127.0.0.1:8080/', LOOPBACK)).toBeUndefined();
    expect(refusalOf('http://[::1]:8080/', LOOPBACK)).toBeUndefined();
    expect(refusalOf('http://[0:0:0:0:0:0:0:1]:8080/', LOOPBACK)).toBeUndefined();
    expect(refusalOf('http://10.0.0.1/', LOOPBACK)).toBe('ADDRESS');
    expect(refusalOf('http://[::ffff:127.0.0.1]/', LOOPBACK)).toBe('ADDRESS');
    expect(refusalOf('http://127.1/', LOOPBACK)).toBe('ADDRESS_SPELLING');
    expect(refusalOf('http://127.0.0.1:5432/', LOOPBACK)).toBe('PORT');
    expect(refusalOf('http://127.0.0.1:22/', LOOPBACK)).toBe('PORT');
    expect(refusalOf('http://localhost:8080/', LOOPBACK)).toBe('RESERVED_NAME');
    expect(refusalOf('http://u:p@127.0.0.1:8080/', LOOPBACK)).toBe('USER_INFO');
  });

  it('never repeats the URL in its message', () => {
    for (const url of [
      'https://u:s3cret@x.example.com/',
      'https://s3cret.local/',
      'gopher://s3cret',
      'https://s3cret/',
    ]) {
      expect(() => checkUrl(url, PUBLIC_ONLY)).toThrow(
        expect.not.objectContaining({ message: expect.stringMatching(/s3cret/) }),
      );
    }
  });

  it('returns a target that only checkUrl can make and that nobody can change', () => {
    const checked = checkUrl('https://shop.example.com/', PUBLIC_ONLY);
    expect(Object.isFrozen(checked)).toBe(true);
    expect(
      () => new CheckedUrl(Symbol('checkUrl'), '127.0.0.1', 80, new URL('http://127.0.0.1'), PUBLIC_ONLY),
    ).toThrow(TypeError);
  });

  describe('for any input', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const privateIpv4 = fc.oneof(
      fc.tuple(fc.constantFrom(0, 10, 127), octet, octet, octet),
      fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
      fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
      fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
      fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), octet, octet),
      fc.tuple(fc.integer({ min: 224, max: 255 }), octet, octet, octet),
    );
    const number = (value: number): fc.Arbitrary<string> =>
      fc.tuple(fc.constantFrom('', '0', '00', '0x', '0X', '0x0'), fc.boolean()).map(([prefix, upper]) => {
        const digits = /x/i.test(prefix)
          ? value.toString(16)
          : prefix === ''
            ? String(value)
            : value.toString(8);
        return prefix + (upper ? digits.toUpperCase() : digits);
      });
    const fullWidth = (text: string): string =>
      text.replace(/[0-9a-z]/gi, (character) =>
        String.fromCodePoint(0xfee0 + (character.codePointAt(0) ?? 0)),
      );
    const percent = (text: string): string =>
      text.replace(/./g, (character) => `%${(character.codePointAt(0) ?? 0).toString(16)}`);

    /** Spellings that some parsers read as this IPv4 address: other bases, fewer parts, other dots, full-width or percent-encoded digits. */
    const spelling = ([a, b, c, d]: readonly [number, number, number, number]): fc.Arbitrary<string> => {
      const joined = (parts: readonly number[]): fc.Arbitrary<string> =>
        fc.tuple(...parts.map(number)).map((spelled) => spelled.join('.'));
      return fc
        .tuple(
          fc.oneof(
            joined([a, b, c, d]),
            joined([a, b, c * 256 + d]),
            joined([a, b * 65_536 + c * 256 + d]),
            joined([a * 16_777_216 + b * 65_536 + c * 256 + d]),
          ),
          fc.constantFrom('', '.'),
          fc.constantFrom('.', '\u3002', '\uff0e', '\uff61'),
          fc.constantFrom((text: string) => text, fullWidth, percent),
        )
        .map(([text, end, dot, disguise]) => disguise(text + end).replaceAll('.', dot));
    };

    it('refuses every spelling of a non-public IPv4 address', () => {
      fc.assert(
        fc.property(privateIpv4.chain(spelling), fc.constantFrom('', ':80', ':8080'), (host, port) => {
          expect(refusalOf(`http://${host}${port}/`)).toBeDefined();
        }),
        { numRuns: 3_000 },
      );
    });

    it('accepts a public or allowed IPv4 address in its canonical spelling only', () => {
      const rules = { allowHttp: true, allow: new AllowList(['0.0.0.0/0']) };
      const address = fc.tuple(octet, octet, octet, octet);
      fc.assert(
        fc.property(
          address.chain((parts) => spelling(parts).map((host) => [parts.join('.'), host] as const)),
          ([canonical, host]) => {
            expect(refusalOf(`http://${host}/`, rules) === undefined).toBe(host === canonical);
          },
        ),
        { numRuns: 3_000 },
      );
    });

    it('refuses IPv6 addresses that carry a non-public IPv4 address', () => {
      const wrappings = (hex: string): string[] => [
        `::ffff:${hex}`,
        `::${hex}`,
        `::ffff:0:${hex}`,
        `64:ff9b::${hex}`,
        `64:ff9b:1::${hex}`,
        `2002:${hex}::1`,
        `2001:0:${hex}::1`,
      ];
      fc.assert(
        fc.property(privateIpv4, ([a, b, c, d]) => {
          const hex = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
          for (const address of wrappings(hex)) expect(refusalOf(`http://[${address}]/`)).toBe('ADDRESS');
        }),
      );
    });

    const piece = fc.oneof(
      fc.constantFrom(
        ...[
          'http',
          'https',
          ':',
          '/',
          '//',
          '\\',
          '@',
          '#',
          '?',
          '.',
          '%',
          '[',
          ']',
          '::1',
          '127.0.0.1',
          'localhost',
        ],
        ...[
          'example.com',
          'xn--',
          '\t',
          '\n',
          '\0',
          '%00',
          '%2f',
          '0x7f',
          ':80',
          ':25',
          '\u3002',
          '\uff0f',
          '\u200b',
          '\ud800',
        ],
      ),
      anyText({ maxLength: 4 }),
    );
    // `fc.webUrl` takes a second of CPU time to build a table.
    const url = fc
      .tuple(fc.constantFrom('http', 'https'), fc.domain(), anyText(), anyText(), anyText())
      .map(([scheme, host, path, query, fragment]) =>
        encodeURI(`${scheme}://${host}/${path}?${query}#${fragment}`),
      );
    const anything = fc.oneof(
      anyText(),
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      fc.array(piece, { maxLength: 8 }).map((pieces) => `https://${pieces.join('')}`),
      url,
    );

    it('accepts or throws a TargetRefusedError, and nothing else', () => {
      fc.assert(
        fc.property(anything, (text) => void refusalOf(text)),
        { numRuns: 5_000 },
      );
    });

    it('refuses a value that is not a string', () => {
      const values: unknown[] = [undefined, null, 1, {}, [], Symbol('x')];
      for (const value of values) {
        expect(refusalOf(value as string)).toBe('SYNTAX');
      }
    });

    it('accepts the normal form of each accepted URL, as the same target', () => {
      fc.assert(
        fc.property(anything, (text) => {
          fc.pre(refusalOf(text) === undefined);
          const { origin, path, hostname, port } = checkUrl(text, PUBLIC_ONLY);
          expect(checkUrl(origin + path, PUBLIC_ONLY)).toMatchObject({ origin, path, hostname, port });
        }),
      );
    });

    it('names the same host as a plain parser of RFC 3986, when that host is ASCII', () => {
      fc.assert(
        fc.property(anything, (text) => {
          fc.pre(refusalOf(text) === undefined);
          const host = /^[a-z]+:\/\/(?:\[([^\]]*)\]|([^/?#:]*))/i.exec(text)?.slice(1).find(Boolean) ?? '';
          fc.pre(/^[\x21-\x7e]*$/.test(host) && !host.includes(':'));
          expect(checkUrl(text, PUBLIC_ONLY).hostname).toBe(host.toLowerCase().replace(/\.$/, ''));
        }),
      );
    });
  });
});
