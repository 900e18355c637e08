import { describe, expect, it } from '@jest/globals';
import { AllowList } from '../../../lib/egress/allow-list.js';
import { DenyList } from '../../../lib/egress/deny-list.js';
import { checkUrl } from '../../../lib/egress/url-policy.js';
import { InvalidOptionError } from '../../../lib/errors/start-up.errors.js';

const RULES = { allowHttp: true, allow: new AllowList(['0.0.0.0/0', '::/0']) };

const denied = (entry: string, url: string): [string, string, boolean] => [
  entry,
  url,
  new DenyList([entry]).denies(checkUrl(url, RULES)),
];

describe('DenyList', () => {
  it.each<[entry: string, denied: string[], free: string[]]>([
    [
      'api.shop.com',
      [
        'https://api.shop.com/hook',
        'https://api.shop.com:8443',
        'http://api.shop.com',
        'https://API.Shop.com./x',
        'https://ａpi.shop.com/',
      ],
      [
        'https://shop.com',
        'https://x.api.shop.com',
        'https://api.shop.com.evil.net',
        'https://xapi.shop.com',
      ],
    ],
    [
      'https://api.shop.com',
      ['https://api.shop.com/hook', 'https://api.shop.com:443'],
      ['http://api.shop.com', 'https://api.shop.com:8443'],
    ],
    [
      'HTTPS://Api.Shop.com:8443/',
      ['https://api.shop.com:8443/x'],
      ['https://api.shop.com', 'http://api.shop.com:8443'],
    ],
    [
      '*.shop.com',
      ['https://a.shop.com', 'https://a.b.shop.com:9000', 'https://A.SHOP.COM.'],
      ['https://shop.com', 'https://ashop.com', 'https://shop.com.evil.net'],
    ],
    ['API.shop.com.', ['https://api.shop.com'], ['https://www.shop.com']],
    ['bücher.de', ['https://xn--bcher-kva.de', 'https://BÜCHER.de'], ['https://bucher.de']],
    ['8.8.8.8', ['https://8.8.8.8/x', 'http://8.8.8.8:8080'], ['https://8.8.4.4']],
    ['[2606:4700::1111]', ['https://[2606:4700:0:0::1111]/'], ['https://[2606:4700::1112]/']],
    ['http://[2606:4700::1111]:8080', ['http://[2606:4700::1111]:8080/'], ['http://[2606:4700::1111]/']],
  ])(
    'with the entry %s denies the origins that it names, in any spelling, and nothing else',
    (entry, bad, free) => {
      for (const url of bad) expect(denied(entry, url)).toEqual([entry, url, true]);
      for (const url of free) expect(denied(entry, url)).toEqual([entry, url, false]);
    },
  );

  it('denies a URL if any of its entries does, and none if it has no entry', () => {
    const list = new DenyList(['*.a.com', 'b.com']);
    expect(list.denies(checkUrl('https://x.a.com', RULES))).toBe(true);
    expect(list.denies(checkUrl('https://b.com', RULES))).toBe(true);
    expect(new DenyList([]).denies(checkUrl('https://b.com', RULES))).toBe(false);
  });

  it.each([
    '',
    '*',
    '*.',
    '*.*.com',
    'a.*.com',
    '.',
    'shop.com:8443',
    'shop.com:8443/',
    'shop.com:443',
    'shop.com/path',
    'xhttps://shop.com/',
    'https://shop.com/path',
    'https://shop.com/?x',
    'https://user@shop.com',
    'user:pw@shop.com',
    'https://*.shop.com',
    'ftp://shop.com',
    'shop.com, evil.com',
    ' shop.com',
    'shop.com\\x',
    'https://',
  ])('refuses the entry %j, and shows what an entry looks like', (entry) => {
    expect(() => new DenyList(['shop.com', entry])).toThrow(InvalidOptionError);
    expect(() => new DenyList([entry])).toThrow(/egress\.denyOrigins.*\*\.example\.com/s);
  });
});
