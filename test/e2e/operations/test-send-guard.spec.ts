import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { WebhooksWorker } from 'nestjs-tillhook';
import type { ApiClient } from '../../support/api-client.js';
import { Canary } from '../../support/canary.js';
import { eachDatabase } from '../../support/databases.js';
import { DnsServer, type DnsScript } from '../../support/dns-server.js';
import { newTenant } from '../../support/each-host.js';
import { Receiver } from '../../support/receiver.js';
import { TestHost } from '../../support/test-host.js';

interface Result {
  errorCode: string | null;
  durationMs: number;
}

/** An address that is not allowed: only 127.0.0.1 is. A canary listens here, which must get no connection. */
const FORBIDDEN = '127.0.0.2';

describe('a test send, with the guard on', () => {
  eachDatabase((database) => {
    let dns: DnsServer;
    let host: TestHost;
    let other: TestHost;
    let canary: Canary;
    let receiver: Receiver;
    let tenantUid: string;
    let api: ApiClient;
    let names = 0;

    beforeAll(async () => {
      dns = await DnsServer.start();
      canary = await Canary.listen(FORBIDDEN);
      receiver = await Receiver.start();
      const egress = { allowCidrs: ['127.0.0.1/32'], allowHttp: true, dnsServers: [dns.address] };
      const start = () =>
        TestHost.start({ database: database(), webhooks: { worker: false, egress, timeoutMs: 1_500 } });
      [host, other] = [await start(), await start()];
    });
    afterAll(async () => {
      await other?.close();
      await host?.close();
      await receiver?.close();
      await canary?.close();
      await dns?.close();
    });
    beforeEach(() => {
      tenantUid = newTenant();
      api = host.api(tenantUid);
    });
    afterEach(() => {
      expect(canary.seen).toBe(0);
      receiver.reset();
    });

    const nameFor = (script: DnsScript | readonly string[]): string => {
      const name = `hook-${(names += 1)}.example.net`;
      dns.answer(name, script);
      return name;
    };
    /** Creates a transport and tests it. @returns the result, and how long it took, in ms */
    const tryOut = async (url: string): Promise<{ response: Result; tookMs: number }> => {
      const created = await api.post('/httptransports', { httpTransportUid: 'erp', name: 'ERP', url });
      expect(created.status).toBe(200);
      const startedAt = performance.now();
      const { status, body } = await api.request<Result>('POST', '/httptransports/erp/test');
      expect(status).toBe(200);
      return { response: body, tookMs: performance.now() - startedAt };
    };

    it('has the same result for a blocked address, with or without a listener, as for a closed port', async () => {
      const closed = await freePort();
      const urls = [
        `http://127.0.0.1:${closed}/`,
        `http://${nameFor(['127.0.0.1'])}:${closed}/`,
        `http://${nameFor([FORBIDDEN])}:${canary.port}/`,
        `http://${nameFor([FORBIDDEN])}:${closed}/`,
        `http://${nameFor(['127.0.0.1', FORBIDDEN])}:${receiver.port}/`,
        `http://${nameFor(['169.254.169.254'])}/`,
        `http://${nameFor(['::1'])}:${receiver.port}/`,
      ];
      for (const url of urls) {
        api = host.api(newTenant());
        const { response, tookMs } = await tryOut(url);
        expect([url, response]).toEqual([
          url,
          { delivered: false, responseStatusCode: null, durationMs: 1_000, errorCode: 'CONNECT_FAILED' },
        ]);
        expect(tookMs).toBeGreaterThanOrEqual(995);
      }
      expect(receiver.requests).toEqual([]);
    });

    it('takes one second for a name that does not exist, as for a closed port', async () => {
      const { response } = await tryOut(`http://${nameFor(() => 'nxdomain')}/`);
      expect(response).toEqual({
        delivered: false,
        responseStatusCode: null,
        durationMs: 1_000,
        errorCode: 'DNS_FAILED',
      });
    });

    it('looks the name up anew and judges the present addresses', async () => {
      const name = nameFor((type, nth) => (type === 'A' ? [nth === 1 ? '127.0.0.1' : FORBIDDEN] : []));
      const url = `http://${name}:${canary.port}/`;
      const { response } = await tryOut(url);
      expect(response.errorCode).toBe('CONNECT_FAILED');
      api = host.api(newTenant());
      expect((await tryOut(url)).response.errorCode).toBe('CONNECT_FAILED');
    });

    it('is judged by the present rules, not by those under which the transport was created', async () => {
      await api.post('/httptransports', { httpTransportUid: 'erp', name: 'ERP', url: receiver.url });
      await host.dataSource.query(
        `UPDATE webhook_http_transport SET url = 'http://${FORBIDDEN}:${canary.port}/' WHERE tenant_uid = '${tenantUid}'`,
      );
      const { body } = await api.request<Result>('POST', '/httptransports/erp/test');
      expect(body).toMatchObject({ delivered: false, responseStatusCode: null, errorCode: 'TARGET_REFUSED' });
    });

    it('shares its rate limit with other processes', async () => {
      await tryOut(receiver.url);
      const again = await other.api(tenantUid).request('POST', '/httptransports/erp/test');
      expect(again.status).toBe(429);
      expect(receiver.requests).toHaveLength(1);
    });

    it('does not leave a process whose deliveries are held', async () => {
      const held = other.app.get(WebhooksWorker, { strict: false });
      await api.post('/httptransports', { httpTransportUid: 'erp', name: 'ERP', url: receiver.url });
      held.setDeliveryEnabled(false);
      try {
        const response = await other.api(tenantUid).request('POST', '/httptransports/erp/test');
        expect([response.status, response.body]).toMatchObject([409, { code: 'DELIVERIES_HELD' }]);
      } finally {
        held.setDeliveryEnabled(true);
      }
      expect(receiver.requests).toEqual([]);
      expect((await other.api(tenantUid).request('POST', '/httptransports/erp/test')).status).toBe(200);
    });
  });
});

/** A port of 127.0.0.1 on which nobody listens. */
async function freePort(): Promise<number> {
  const listener = await Canary.listen('127.0.0.1');
  const { port } = listener;
  await listener.close();
  return port;
}
