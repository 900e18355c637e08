import { describe, expect, it } from '@jest/globals';
import { AllowList } from '../../../lib/egress/allow-list.js';
import { AllowedHosts } from '../../../lib/egress/allowed-hosts.js';
import { checkDnsResult } from '../../../lib/egress/dns-result-policy.js';
import { checkUrl } from '../../../lib/egress/url-policy.js';
import { codeIn, readPage, rowsOf } from '../../support/markdown.js';

interface Options {
  readonly hosts: readonly string[];
  readonly cidrs: readonly string[];
  readonly allowHttp: boolean;
}

const page = readPage('docs/local-development.md').text;
const section = page.slice(page.indexOf('## Which receiver'), page.indexOf('How the module decides'));
const listIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
const rows = rowsOf(section).map((cells) => ({
  url: codeIn(cells[0]!)!,
  addresses: listIn(cells[1]!),
  options: { hosts: listIn(cells[2]!), cidrs: listIn(cells[3]!), allowHttp: cells[4] === 'yes' },
}));

/** Whether a delivery to the URL would be sent, if its name resolves to these addresses. */
function isSent(url: string, addresses: readonly string[], { hosts, cidrs, allowHttp }: Options): boolean {
  try {
    const rules = { allowHttp, allow: new AllowList(cidrs), hosts: new AllowedHosts(hosts) };
    const checked = checkUrl(url, rules);
    checkDnsResult(addresses.length > 0 ? addresses : [checked.hostname], checked);
    return true;
  } catch {
    return false;
  }
}

describe('the options for local receivers in the documentation', () => {
  it('are listed', () => {
    expect(rows.length).toBeGreaterThan(5);
  });

  it.each(rows)('let $url be called', ({ url, addresses, options }) => {
    expect(isSent(url, addresses, options)).toBe(true);
  });

  it.each(rows)('are all needed for $url', ({ url, addresses, options }) => {
    const { hosts, cidrs, allowHttp } = options;
    const without: Options[] = [
      ...hosts.map((host) => ({ ...options, hosts: hosts.filter((other) => other !== host) })),
      ...cidrs.map((cidr) => ({ ...options, cidrs: cidrs.filter((other) => other !== cidr) })),
      ...(allowHttp ? [{ ...options, allowHttp: false }] : []),
    ];
    expect(without.filter((fewer) => isSent(url, addresses, fewer))).toEqual([]);
  });

  it('include short names of a cluster, which are otherwise looked up without search domains', () => {
    const rules = { allowHttp: true, allow: new AllowList([]) };
    const url = 'http://erp.shop:8080/';
    expect(checkUrl(url, rules).isAllowedHost).toBe(false);
    expect(checkUrl(url, { ...rules, hosts: new AllowedHosts(['erp.shop']) }).isAllowedHost).toBe(true);
  });

  it.each([22, 5432, 6379, 9200])('do not open port %i', (port) => {
    const options = { hosts: ['localhost'], cidrs: ['127.0.0.0/8'], allowHttp: true };
    expect(isSent(`http://localhost:${port}/`, ['127.0.0.1'], options)).toBe(false);
  });
});
