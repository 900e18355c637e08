import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EgressClient } from '../../../lib/egress/egress-client.js';
import { DnsServer } from '../../support/dns-server.js';
import { egressClient, failureOf, post } from '../../support/egress.js';
import { eventually } from '../../support/eventually.js';
import { HostileReceiver, hostile } from '../../support/hostile-receiver.js';
import { withEnvironment } from '../../support/process-environment.js';
import { TlsReceiver } from '../../support/tls-receiver.js';

describe('https', () => {
  let dns: DnsServer;
  let receiver: TlsReceiver;
  let client: EgressClient;

  beforeEach(async () => {
    dns = await DnsServer.start();
    dns.answer(TlsReceiver.hostname, ['127.0.1.1']);
    dns.answer('other.example.net', ['127.0.1.1']);
    receiver = await TlsReceiver.start();
    client = egressClient({
      dnsServers: [dns.address],
      allowHttp: false,
      extraCaCerts: [TlsReceiver.certificate],
    });
  });

  afterEach(async () => {
    await client.close();
    await receiver.close();
    await dns.close();
  });

  const urlOf = (host: string): string => `https://${host}:${receiver.port}/hook`;

  it('sends the host name (SNI) and checks the certificate against it, although the address was fixed beforehand', async () => {
    expect(await post(client, urlOf(TlsReceiver.hostname))).toMatchObject({ statusCode: 204 });
    expect(receiver.serverNames).toEqual([TlsReceiver.hostname]);
  });

  it('checks the certificate of an IP literal against the address', async () => {
    expect(await post(client, urlOf('127.0.1.1'))).toMatchObject({ statusCode: 204 });
    expect(receiver.serverNames).toEqual([false]);
  });

  it('fails on a certificate for another name', async () => {
    expect(await failureOf(post(client, urlOf('other.example.net')))).toMatchObject({ code: 'TLS_FAILED' });
    expect(receiver.requests).toBe(0);
  });

  it('fails on a certificate of an unknown authority, also with NODE_TLS_REJECT_UNAUTHORIZED=0', async () => {
    const untrusting = egressClient({ dnsServers: [dns.address] });
    await withEnvironment({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, async () => {
      expect(await failureOf(post(untrusting, urlOf(TlsReceiver.hostname)))).toMatchObject({
        code: 'TLS_FAILED',
      });
    });
    await untrusting.close();
    expect(receiver.requests).toBe(0);
  });

  it('fails on a receiver that does not speak TLS', async () => {
    const plain = await HostileReceiver.start(hostile.silence());
    plain.greet('HTTP/1.1 400 Bad Request\r\n\r\n');
    expect(await failureOf(post(client, plain.url.replace('http:', 'https:')))).toMatchObject({
      code: 'TLS_FAILED',
    });
    await plain.close();
  });

  it('ends an attempt at its deadline when the handshake hangs, and the connection is gone', async () => {
    const silent = await HostileReceiver.start(hostile.silence());
    const startedAt = performance.now();
    const attempt = post(client, silent.url.replace('http:', 'https:'), { timeoutMs: 300 });
    expect(await failureOf(attempt)).toMatchObject({ code: 'TIMEOUT' });
    expect(performance.now() - startedAt).toBeLessThan(800);
    await eventually(() => silent.connections === 1 && silent.open === 0);
    await silent.close();
  });

  it('resumes the TLS session on a new connection to the same origin', async () => {
    await post(client, urlOf(TlsReceiver.hostname));
    receiver.closeConnections('destroy');
    await eventually(async () => {
      await post(client, urlOf(TlsReceiver.hostname));
      return receiver.serverNames.length === 2;
    });
    expect(receiver.resumed).toBe(1);
  });

  it.each(['end', 'destroy'] as const)(
    'delivers over a new connection after the receiver had closed the idle one (%s)',
    async (how) => {
      for (let round = 0; round < 20; round += 1) {
        await post(client, urlOf(TlsReceiver.hostname));
        receiver.closeConnections(how);
        expect(await post(client, urlOf(TlsReceiver.hostname))).toMatchObject({ statusCode: 204 });
      }
    },
  );
});
