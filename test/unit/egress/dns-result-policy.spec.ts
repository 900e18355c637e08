import { describe, expect, it } from '@jest/globals';
import { AllowList } from '../../../lib/egress/allow-list.js';
import { checkDnsResult } from '../../../lib/egress/dns-result-policy.js';
import { checkUrl } from '../../../lib/egress/url-policy.js';

describe('checkDnsResult', () => {
  const rules = { allowHttp: true, allow: new AllowList(['10.1.0.0/16:8080']) };
  const check = (addresses: string[], url = 'https://shop.example.com/') =>
    checkDnsResult(addresses, checkUrl(url, rules));

  it('accepts addresses that are public, or allowed on the port of the URL', () => {
    expect(() => check(['8.8.8.8', '2606:4700:4700::1111'])).not.toThrow();
    expect(() => check(['8.8.8.8', '10.1.0.1'], 'http://shop.example.com:8080/')).not.toThrow();
  });

  it('refuses all addresses if one of them is refused, and marks this as a decision of the policy', () => {
    for (const addresses of [['127.0.0.1'], ['8.8.8.8', '10.1.0.1'], ['::1', '8.8.8.8']]) {
      expect(() => check(addresses)).toThrow(
        expect.objectContaining({ code: 'CONNECT_FAILED', refusedByPolicy: true }),
      );
    }
  });

  it('reports a name without addresses as a failure of DNS', () => {
    expect(() => check([])).toThrow(expect.objectContaining({ code: 'DNS_FAILED' }));
  });
});
