import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EgressClient } from '../../../lib/egress/egress-client.js';
import { assertTenantHeaders, type TenantHeader } from '../../../lib/egress/header-policy.js';
import { egressClient, post } from '../../support/egress.js';
import { Receiver } from '../../support/receiver.js';
import { anyText } from '../../support/any-text.js';

const OURS = ['webhook-id', 'evt_1', 'x-webhook-action', 'ORDER_SETTLED'];

const name = fc.oneof(
  fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,12}$/),
  fc.constantFrom('Accept', 'Authorization', 'Date', 'Range', 'If-Match', 'Origin', 'x-api-key', '__proto__'),
  anyText({ maxLength: 8 }),
);
const value = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) }),
  fc.constantFrom('', ' ', '\t', 'a,b', 'gzip', '0', 'chunked', 'close', 'x\r\nwebhook-id: forged'),
  fc.string(),
);

/** Headers that the policy accepts. */
const accepted = fc
  .uniqueArray(fc.record({ key: name, value }), {
    maxLength: 20,
    selector: ({ key }) => key.toLowerCase(),
  })
  .map((headers) => headers.filter(isAccepted));

function isAccepted(header: TenantHeader): boolean {
  try {
    assertTenantHeaders([header], { authorizationSet: false });
    return true;
  } catch {
    return false;
  }
}

describe('headers that a tenant may set', () => {
  let receiver: Receiver;
  let client: EgressClient;
  beforeAll(async () => {
    receiver = await Receiver.start();
    client = egressClient({ allowCidrs: ['127.0.0.1/32'] });
  });
  afterAll(async () => {
    await client.close();
    await receiver.close();
  });

  it('arrive one by one as they were given, add no line, and change neither the headers of the module nor the body', async () => {
    const frame = await sent([]);
    await fc.assert(
      fc.asyncProperty(accepted, async (headers) => {
        const lines = headers.map((header): [string, string] => [header.key, header.value]);
        const expected = lines.map(([key, text]) => [key, text.replace(/^[ \t]+|[ \t]+$/g, '')]);
        expect(await sent(lines.flat())).toEqual([...expected, ...frame].sort(byName));
      }),
      { numRuns: 300 },
    );
  });

  /** Sends these headers and those of the module. @returns the headers that arrived, line by line */
  async function sent(headers: string[]): Promise<[string, string][]> {
    receiver.reset();
    await post(client, receiver.url, { headers: [...headers, ...OURS], body: '{"whole":true}' });
    const [request] = receiver.requests;
    expect([receiver.requests.length, request!.method, request!.path]).toEqual([1, 'POST', '/hook']);
    expect(request!.body.toString()).toBe('{"whole":true}');
    const { rawHeaders } = request!;
    const lines = rawHeaders.flatMap((key, index): [string, string][] =>
      index % 2 === 0 ? [[key, rawHeaders[index + 1]!]] : [],
    );
    return lines.sort(byName);
  }
});

const byName = ([a]: readonly string[], [b]: readonly string[]): number => (a! < b! ? -1 : 1);
