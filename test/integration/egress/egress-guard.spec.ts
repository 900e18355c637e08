import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EgressClient } from '../../../lib/egress/egress-client.js';
import { Canary } from '../../support/canary.js';
import { DnsServer } from '../../support/dns-server.js';
import type { DnsScript } from '../../support/dns-server.js';
import { ALLOWED_RANGE, egressClient, failureOf, post } from '../../support/egress.js';
import { eventually } from '../../support/eventually.js';
import { HostileReceiver, hostile, httpResponse } from '../../support/hostile-receiver.js';
import { withEnvironment } from '../../support/process-environment.js';

/** The address of the receiver, which is allowed. */
const INSIDE = '127.0.1.1';
/** Addresses that are not allowed. A canary listens at each of them, on the port of the receiver. */
const OUTSIDE = ['127.0.0.1', '127.0.2.1'];
const CLOSED = '127.0.1.99';

describe('the egress guard, with a scripted DNS server and canaries', () => {
  let dns: DnsServer;
  let receiver: HostileReceiver;
  let canaries: Canary[];
  let client: EgressClient;
  let names = 0;

  beforeEach(async () => {
    dns = await DnsServer.start();
    [receiver, ...canaries] = await onOnePort();
    client = egressClient({ dnsServers: [dns.address] });
  });

  afterEach(async () => {
    await client.close();
    for (const canary of canaries) {
      expect(canary.seen).toBe(0);
      await canary.close();
    }
    await receiver.close();
    await dns.close();
  });

  /** A receiver, and canaries on the same port, so that a request of which only the address is changed reaches a canary. */
  async function onOnePort(): Promise<[HostileReceiver, ...Canary[]]> {
    for (;;) {
      const inside = await HostileReceiver.start(hostile.say(httpResponse()), { host: INSIDE });
      const outside = await Promise.allSettled(OUTSIDE.map((host) => Canary.listen(host, inside.port)));
      const listening = outside.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      if (listening.length === OUTSIDE.length) return [inside, ...listening];
      // Another program uses the port at one of these addresses.
      await Promise.all([inside, ...listening].map((each) => each.close()));
    }
  }

  /** A URL with the port of the receiver and a new name, which has these DNS results. */
  function urlOf(script: DnsScript | readonly string[]): string {
    names += 1;
    const name = `hook-${names}.example.net`;
    dns.answer(name, script);
    return `http://${name}:${receiver.port}/hook`;
  }

  const send = (url: string, timeoutMs = 5_000): ReturnType<typeof post> => post(client, url, { timeoutMs });

  it('delivers to a name that leads into the allowed range', async () => {
    expect(await send(urlOf([INSIDE]))).toMatchObject({ statusCode: 200 });
    expect(receiver.requests[0]).toMatch(/^POST \/hook HTTP\/1\.1\r\nhost: hook-\d+\.example\.net:\d+\r\n/);
  });

  it.each([
    ['loopback', ['127.0.0.1']],
    ['another loopback address', ['127.0.2.1']],
    ['the unspecified address', ['0.0.0.0']],
    ['cloud metadata', ['169.254.169.254']],
    ['a private network', ['10.0.0.1']],
    ['the host of an Azure machine', ['168.63.129.16']],
    ['carrier NAT', ['100.64.0.10']],
    ['IPv6 loopback', ['::1']],
    ['IPv4-mapped loopback', ['::ffff:127.0.0.1']],
    ['IPv4-mapped, and allowed as IPv4', ['::ffff:127.0.1.1']],
    ['NAT64', ['64:ff9b::5db8:d822']],
    ['6to4 of loopback', ['2002:7f00:1::1']],
    ['unique local', ['fd00::1']],
    ['one good and one bad', [INSIDE, '127.0.0.1']],
    ['one bad and one good', ['127.0.0.1', INSIDE]],
    ['a good A and a bad AAAA', [INSIDE, '::1']],
    ['many good ones and the last is bad', [...Array.from({ length: 30 }, () => INSIDE), '127.0.0.1']],
  ])('refuses a name that leads to %s', async (_what, addresses) => {
    const failure = await failureOf(send(urlOf(addresses)));
    expect(failure).toMatchObject({ code: 'CONNECT_FAILED', refusedByPolicy: true });
    expect(receiver.connections).toBe(0);
  });

  it('refuses a name that is an alias of one that leads to a forbidden address', async () => {
    const url = urlOf((type) => ({
      alias: 'internal.example.org',
      addresses: type === 'A' ? ['127.0.0.1'] : [],
    }));
    expect(await failureOf(send(url))).toMatchObject({ code: 'CONNECT_FAILED' });
  });

  it('follows an alias that leads to an allowed address', async () => {
    const url = urlOf((type) => ({ alias: 'cdn.example.org', addresses: type === 'A' ? [INSIDE] : [] }));
    expect(await send(url)).toMatchObject({ statusCode: 200 });
  });

  it('waits for the DNS results of both families, and refuses if the later one is not allowed', async () => {
    const url = urlOf((type) => (type === 'A' ? [INSIDE] : { addresses: ['::1'], delayMs: 300 }));
    expect(await failureOf(send(url))).toMatchObject({ code: 'CONNECT_FAILED' });
    expect(receiver.connections).toBe(0);
  });

  it('judges the address it dials: a DNS result that changes between look-ups reaches no forbidden address', async () => {
    const url = urlOf((type, nth) => (type === 'AAAA' ? [] : nth === 1 ? [INSIDE] : ['127.0.0.1']));
    expect(await send(url)).toMatchObject({ statusCode: 200 });
    await receiver.closeConnections();
    await rememberedResultsToExpire();
    expect(await failureOf(send(url))).toMatchObject({ code: 'CONNECT_FAILED' });
    expect(receiver.connections).toBe(1);
  });

  it('goes on using a connection to an allowed address, also if the name leads elsewhere now', async () => {
    const url = urlOf((type, nth) => (type === 'AAAA' ? [] : nth === 1 ? [INSIDE] : ['127.0.0.1']));
    await send(url);
    await rememberedResultsToExpire();
    expect(await send(url)).toMatchObject({ statusCode: 200 });
    expect(receiver.connections).toBe(1);
  });

  it('looks the name up again for the second try after a stale connection', async () => {
    const url = urlOf((type, nth) => (type === 'AAAA' ? [] : nth === 1 ? [INSIDE] : ['127.0.0.1']));
    receiver.behave((socket, nth) => (nth === 1 ? socket.write(httpResponse()) : socket.resetAndDestroy()));
    await send(url);
    await rememberedResultsToExpire();
    expect(await failureOf(send(url))).toMatchObject({ code: 'CONNECT_FAILED' });
    expect(receiver.connections).toBe(1);
  });

  it('refuses IP literals in the URL before anything is dialled', () => {
    for (const host of [...OUTSIDE, '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', '[::]']) {
      expect(() => client.checkUrl(`http://${host}:${receiver.port}/`)).toThrow(/not on the public internet/);
    }
  });

  it('delivers to an IP literal in the allowed range', async () => {
    expect(await send(receiver.url)).toMatchObject({ statusCode: 200 });
    expect(dns.queries).toEqual([]);
  });

  it('does not follow a redirect, whatever its status code', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      const location = `location: http://127.0.0.1:${receiver.port}/\r\n`;
      receiver.behave(hostile.say(httpResponse(status, '', location)));
      expect(await send(urlOf([INSIDE]))).toMatchObject({ statusCode: status });
    }
    expect(receiver.requests).toHaveLength(5);
  });

  it('ignores the proxy environment variables', async () => {
    const names = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'];
    const proxy = `http://127.0.0.1:${receiver.port}`;
    await withEnvironment(Object.fromEntries(names.map((name) => [name, proxy])), async () => {
      const other = egressClient({ dnsServers: [dns.address] });
      expect(await post(other, urlOf([INSIDE]))).toMatchObject({ statusCode: 200 });
      await other.close();
    });
  });

  it('does not carry a connection or a verdict over to a client with other rules', async () => {
    const url = urlOf([INSIDE]);
    await send(url);
    const stricter = egressClient({ dnsServers: [dns.address], allowCidrs: ['127.0.1.2/32'] });
    expect(await failureOf(post(stricter, url))).toMatchObject({ code: 'CONNECT_FAILED' });
    expect(() =>
      stricter.send(
        { url: client.checkUrl(url), method: 'POST', headers: [], body: '', timeoutMs: 1_000 },
        () => undefined,
      ),
    ).toThrow(TypeError);
    await stricter.close();
    expect(receiver.connections).toBe(1);
  });

  it('allows an address on the port that the operator named, and on no other', async () => {
    const narrow = egressClient({
      dnsServers: [dns.address],
      allowCidrs: [`${ALLOWED_RANGE}:${receiver.port + 1}`],
    });
    expect(await failureOf(post(narrow, urlOf([INSIDE])))).toMatchObject({ code: 'CONNECT_FAILED' });
    await narrow.close();
    const wide = egressClient({
      dnsServers: [dns.address],
      allowCidrs: [`${ALLOWED_RANGE}:${receiver.port}`],
    });
    expect(await post(wide, urlOf([INSIDE]))).toMatchObject({ statusCode: 200 });
    await wide.close();
  });

  it('shows a blocked target and a closed port as one and the same, without any address', async () => {
    const blocked = await failureOf(send(urlOf(['10.1.2.3'])));
    const closed = await failureOf(send(urlOf([CLOSED])));
    expect({ ...blocked, message: blocked.message }).toEqual({ ...closed, message: closed.message });
    expect(JSON.stringify(blocked)).toBe(JSON.stringify(closed));
    for (const { message, cause, stack } of [blocked, closed]) {
      expect(cause).toBeUndefined();
      expect(`${message} ${stack}`).not.toMatch(/10\.1\.2\.3|127\.0\.1\.99|ECONNREFUSED/);
    }
    expect([blocked.refusedByPolicy, closed.refusedByPolicy]).toEqual([true, false]);
  });

  it('tries the next of several addresses when one does not respond', async () => {
    expect(await send(urlOf([CLOSED, INSIDE]))).toMatchObject({ statusCode: 200 });
  });

  it('reports DNS_FAILED for a name without addresses, and for one that cannot be resolved', async () => {
    expect(await failureOf(send('http://nobody.example.net/'))).toMatchObject({ code: 'DNS_FAILED' });
    expect(await failureOf(send(urlOf([])))).toMatchObject({ code: 'DNS_FAILED' });
    expect(await failureOf(send(urlOf(() => 'servfail')))).toMatchObject({ code: 'DNS_FAILED' });
  });

  it('sends a new query at once for a name that could not be resolved', async () => {
    const url = urlOf((type, nth) => (nth === 1 ? 'servfail' : type === 'A' ? [INSIDE] : []));
    expect(await failureOf(send(url))).toMatchObject({ code: 'DNS_FAILED' });
    expect(await send(url)).toMatchObject({ statusCode: 200 });
  });

  it('delivers by one family when the server of the other is broken', async () => {
    expect(await send(urlOf((type) => (type === 'A' ? [INSIDE] : 'servfail')))).toMatchObject({
      statusCode: 200,
    });
  });

  it('waits for a silent or garbled DNS server no longer than about two seconds', async () => {
    const startedAt = performance.now();
    const failures = await Promise.all([
      failureOf(send(urlOf(() => 'silence'))),
      failureOf(send(urlOf(() => 'garbage'))),
    ]);
    expect(failures.map(({ code }) => code)).toEqual(['DNS_FAILED', 'DNS_FAILED']);
    expect(performance.now() - startedAt).toBeLessThan(2_500);
  });

  it('ends an attempt at its deadline when that is sooner than the limit of a look-up', async () => {
    const startedAt = performance.now();
    expect(
      await failureOf(
        send(
          urlOf(() => 'silence'),
          300,
        ),
      ),
    ).toMatchObject({ code: 'TIMEOUT' });
    expect(performance.now() - startedAt).toBeLessThan(800);
  });

  it('dials nothing for an attempt that has ended before its name was resolved', async () => {
    const url = urlOf((type) => ({ addresses: type === 'A' ? [INSIDE] : [], delayMs: 300 }));
    expect(await failureOf(send(url, 100))).toMatchObject({ code: 'TIMEOUT' });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(receiver.connections).toBe(0);
  });

  it('sends no DNS query once it is closed', async () => {
    const failure = failureOf(send(urlOf(() => 'silence')));
    await eventually(() => dns.queries.length === 2);
    await client.close();
    expect(await failure).toMatchObject({ code: 'ABORTED' });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(dns.queries).toHaveLength(2);
  });

  it('does not let the slow names of one tenant delay another', async () => {
    const slow = Array.from({ length: 200 }, () =>
      failureOf(
        post(
          client,
          urlOf(() => 'silence'),
          { lookupGroup: 'slow', timeoutMs: 1_500 },
        ),
      ),
    );
    const startedAt = performance.now();
    await post(client, urlOf([INSIDE]), { lookupGroup: 'healthy' });
    expect(performance.now() - startedAt).toBeLessThan(500);
    await Promise.all(slow);
  });

  it('sends one query for a name that many connections need at the same time', async () => {
    const url = urlOf((type) => ({ addresses: type === 'A' ? [INSIDE] : [], delayMs: 50 }));
    await Promise.all(Array.from({ length: 8 }, () => send(url)));
    expect(dns.queries.filter((query) => query.startsWith('A '))).toHaveLength(1);
    expect(receiver.connections).toBe(8);
  });

  /** Waits until remembered DNS results have expired: they serve further connections for a second. */
  const rememberedResultsToExpire = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1_050));
});
