import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { AllowList } from '../../../lib/egress/allow-list.js';
import { checkDnsResult } from '../../../lib/egress/dns-result-policy.js';
import { checkUrl } from '../../../lib/egress/url-policy.js';
import { EgressError } from '../../../lib/errors/egress.errors.js';
import { TargetRefusedError } from '../../../lib/errors/admin.errors.js';

interface EgressCase {
  readonly url: string;
  readonly expect: 'accept' | 'reject';
  /** `static`: the URL alone decides. `connect`: the URL is accepted, and the addresses of its name decide. */
  readonly phase: 'static' | 'connect';
  readonly category: string;
  readonly why: string;
  readonly dns?: readonly string[];
  /** The DNS results of successive look-ups; the last one decides. */
  readonly dnsSequence?: readonly (readonly string[])[];
}

const CASES = JSON.parse(readFileSync('test/unit/egress/egress-cases.json', 'utf8')) as EgressCase[];
const RULES = { allowHttp: true, allow: new AllowList([]) };

describe('the cases of egress-cases.json', () => {
  it('are complete', () => {
    expect(CASES).toHaveLength(118);
  });

  it.each(
    CASES.filter(({ phase }) => phase === 'static').map(
      (each) => [each.expect, each.url, each.why, each] as const,
    ),
  )('%s %j: %s', (verdict, url) => {
    const check = (): unknown => checkUrl(url, RULES);
    if (verdict === 'accept') expect(check).not.toThrow();
    else expect(check).toThrow(TargetRefusedError);
  });

  it.each(
    CASES.filter(({ phase }) => phase === 'connect').map(
      (each) => [each.expect, each.url, each.why, each] as const,
    ),
  )('%s at connect time %j: %s', (verdict, text, _why, { dns, dnsSequence }) => {
    const url = checkUrl(text, RULES);
    const results = dnsSequence ?? [dns ?? []];
    const judge = (): void => checkDnsResult(results.at(-1) ?? [], url);
    for (const earlier of results.slice(0, -1)) expect(() => checkDnsResult(earlier, url)).not.toThrow();
    if (verdict === 'accept') expect(judge).not.toThrow();
    else expect(judge).toThrow(EgressError);
  });
});
