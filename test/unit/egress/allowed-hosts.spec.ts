import { describe, expect, it } from '@jest/globals';
import { AllowList } from '../../../lib/egress/allow-list.js';
import { AllowedHosts } from '../../../lib/egress/allowed-hosts.js';
import { checkUrl } from '../../../lib/egress/url-policy.js';
import { InvalidOptionError } from '../../../lib/errors/start-up.errors.js';

const hosts = new AllowedHosts([
  'localhost:4000',
  'orders',
  'Host.Docker.Internal',
  '*.svc.cluster.local:8080',
]);
const rules = { allowHttp: true, allow: new AllowList([]), hosts };
const check = (url: string) => () => checkUrl(url, rules);

describe('Hosts that the operator allows', () => {
  it.each([
    'http://localhost:4000/hook',
    'http://LOCALHOST.:4000/hook',
    'http://orders/hook',
    'https://orders:9999/hook',
    'http://host.docker.internal:3000/',
    'http://a.b.svc.cluster.local:8080/',
  ])('may be called: %s', (url) => {
    expect(checkUrl(url, rules).isAllowedHost).toBe(true);
  });

  it.each([
    ['on another port', 'http://localhost:4001/', 'RESERVED_NAME'],
    ['below an exact name', 'http://a.localhost:4000/', 'RESERVED_NAME'],
    ['that merely end like one', 'http://myorders/', 'HOST_NAME'],
    ['that are the suffix itself', 'http://svc.cluster.local:8080/', 'RESERVED_NAME'],
    ['on a port of databases', 'http://orders:5432/', 'PORT'],
    ['with user information', 'http://a@orders/', 'USER_INFO'],
  ])('do not include names %s', (_, url, rule) => {
    expect(check(url)).toThrow(expect.objectContaining({ rule }));
  });

  it('are refused if they are not a list', () => {
    expect(() => new AllowedHosts('orders' as never)).toThrow(InvalidOptionError);
  });

  it('may have the ports 1 and 65535, and a name of 253 characters', () => {
    const name = `${'a.'.repeat(126)}a`;
    const atLimit = new AllowedHosts(['first:1', 'last:65535', name]);
    expect([atLimit.allows('first', 1), atLimit.allows('last', 65_535), atLimit.allows(name, 80)]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('do not change which addresses are refused', () => {
    expect(check('http://127.0.0.1:4000/')).toThrow(expect.objectContaining({ rule: 'ADDRESS' }));
    expect(checkUrl('https://shop.example.com/', rules).isAllowedHost).toBe(false);
  });

  it.each([
    '',
    '*',
    '*.',
    'a b',
    'http://orders',
    'orders:0',
    'orders:65536',
    'orders/',
    '10.0.0.1',
    '-a',
    'a.-b',
    'a..b',
    'a.*.b',
    `${'a.'.repeat(126)}aa`,
    7,
  ])('are refused when they are no host names: %s', (entry) => {
    expect(() => new AllowedHosts([entry as string])).toThrow(InvalidOptionError);
    expect(() => new AllowedHosts([entry as string])).toThrow(/egress\.allowHosts.*localhost:4000/s);
  });
});
