import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../support/api-client.js';
import { eachDatabase } from '../support/databases.js';
import { newTenant } from '../support/each-host.js';
import { eventually } from '../support/eventually.js';
import { Receiver } from '../support/receiver.js';
import { TestHost } from '../support/test-host.js';

const LOOPBACK = { allowCidrs: ['127.0.0.1/32'], allowHttp: true };

interface ErrorBody {
  code: string;
  message: string[];
}

interface Delivery {
  deliveryUid: string;
  status: string;
  attempts: number;
}

describe('third parties', () => {
  eachDatabase((database) => {
    let receiver: Receiver;
    let host: TestHost;
    let tenantUid: string;

    beforeEach(async () => {
      receiver = await Receiver.start();
      tenantUid = newTenant();
    });
    afterEach(async () => {
      await host.close();
      await receiver.close();
    });

    const start = async (egress: object, webhooks: object = {}): Promise<void> => {
      host = await TestHost.start({
        database: database(),
        webhooks: { egress: { ...LOOPBACK, ...egress }, ...webhooks },
      });
    };
    const create = async (api: ApiClient, uid: string, url: string, settings: object = {}): Promise<void> => {
      const transport = { httpTransportUid: uid, name: 'ERP', url, ...settings };
      expect((await api.post('/httptransports', transport)).status).toBe(200);
      expect((await api.post(`/httptransports/${uid}/webhooks`, { action: '*' })).status).toBe(200);
    };
    const emit = (tenant: string, count = 1): Promise<unknown> =>
      host.emitter.emitMany(
        Array.from({ length: count }, (_, index) => ({
          action: 'ORDER_SETTLED' as const,
          data: { order: { Uid: String(index) } },
        })),
        { tenantUid: tenant },
      );

    describe('that the operator denies', () => {
      it('cannot be entered, and are refused as a blocked address is', async () => {
        await start({ denyOrigins: [`http://127.0.0.1:${receiver.port}`, '*.victim.com'] });
        const api = host.api(tenantUid);
        await create(api, 'erp', 'https://shop.com/hook');
        const blocked = await api.post<ErrorBody>('/httptransports', {
          name: 'ERP',
          url: 'https://10.0.0.1/',
        });
        for (const url of [receiver.url, 'https://api.victim.com/x', 'https://API.victim.com.:8443/']) {
          for (const response of [
            await api.post<ErrorBody>('/httptransports', { name: 'ERP', url }),
            await api.patch<ErrorBody>('/httptransports/erp', { url }),
          ]) {
            expect(response.status).toBe(400);
            expect({ ...response.body, message: [] }).toEqual({ ...blocked.body, message: [] });
            expect(response.body.code).toBe('TARGET_REFUSED');
            expect(JSON.stringify(response.body)).not.toContain('victim');
          }
        }
      });

      it('get no request from transports that existed before, whose log looks like that of a blocked address', async () => {
        await start({}, { worker: false });
        for (const which of ['denied', 'blocked']) {
          await create(host.api(`${tenantUid}-${which}`), 'erp', receiver.url);
        }
        await host.close();
        const logs: unknown[] = [];
        for (const [which, egress] of [
          ['denied', { denyOrigins: ['127.0.0.1'] }],
          ['blocked', { allowCidrs: [] }],
        ] as const) {
          await start(egress, { retryScheduleMs: [10] });
          const api = host.api(`${tenantUid}-${which}`);
          await emit(`${tenantUid}-${which}`);
          const delivery = await eventually(async () => {
            const { body } = await api.get<{ items: Delivery[] }>('/deliveries');
            return body.items.find(({ status }) => status === 'FAILED');
          });
          logs.push(await comparable(api, delivery.deliveryUid));
          await host.close();
        }
        expect(logs[0]).toEqual(logs[1]);
        expect(receiver.requests).toEqual([]);
        await start({});
      });

      const comparable = async (api: ApiClient, deliveryUid: string): Promise<unknown> => {
        const { body } = await api.get<{ attempts: Record<string, unknown>[] }>(`/deliveries/${deliveryUid}`);
        return body.attempts.map(({ errorCode, errorMessage, responseStatusCode }) => [
          errorCode,
          typeof errorMessage,
          responseStatusCode,
        ]);
      };
    });

    describe('that many transports of many tenants lead to', () => {
      const CAP = 5;

      it('get no more requests at a time than the cap, nothing is lost, and tenants get their turns', async () => {
        await start({ maxPerOrigin: CAP });
        receiver.respond({ status: 204, delayMs: 15 });
        const tenants = Array.from({ length: 6 }, (_, index) => `${tenantUid}-${index}`);
        for (const [index, tenant] of tenants.entries()) {
          // The first tenant has as many transports as all others together.
          for (let transport = 0; transport < (index === 0 ? 5 : 1); transport++) {
            await create(host.api(tenant), `t${transport}`, `${receiver.url}/${tenant}`);
          }
        }
        await Promise.all(tenants.map((tenant) => emit(tenant, 10)));
        await receiver.waitFor(100);
        expect(receiver.mostAtOnce).toBe(CAP);
        expect(new Set(receiver.requests.map(({ headers }) => headers['x-webhook-delivery'])).size).toBe(100);
        // Every small tenant is done well before the big one.
        const lastOf = (tenant: string): number =>
          receiver.requests.findLastIndex(({ path }) => path.endsWith(`/${tenant}`));
        for (const tenant of tenants.slice(1)) expect(lastOf(tenant)).toBeLessThan(lastOf(tenants[0]!));
      });

      it('get no test beyond the cap either: the response says so, and the admin may try again', async () => {
        await start({ maxPerOrigin: CAP }, { timeoutMs: 3_000 });
        receiver.respond('hang');
        const tenants = Array.from({ length: CAP + 1 }, (_, index) => `${tenantUid}-${index}`);
        for (const tenant of tenants) await create(host.api(tenant), 'erp', receiver.url);
        const test = (tenant: string) =>
          host.api(tenant).request<ErrorBody>('POST', '/httptransports/erp/test');
        // A test uses one of the slots for the origin, and deliveries use the others.
        const tested = test(tenants[0]!);
        for (const tenant of tenants.slice(1, CAP)) await emit(tenant);
        await eventually(() => receiver.inFlight === CAP);
        const { status, headers, body } = await test(tenants[CAP]!);
        expect([status, body]).toEqual([
          429,
          {
            statusCode: 429,
            error: 'Too Many Requests',
            code: 'ORIGIN_BUSY',
            message: [expect.stringMatching(/^Nothing was sent/)],
          },
        ]);
        expect(receiver.mostAtOnce).toBe(CAP);
        expect(JSON.stringify(body)).not.toContain('127.0.0.1');

        // Another origin has free slots meanwhile.
        const other = await Receiver.start();
        await create(host.api(`${tenantUid}-free`), 'erp', other.url);
        expect((await test(`${tenantUid}-free`)).status).toBe(200);
        await other.close();

        receiver.respond({ status: 204 });
        expect((await tested).body).toMatchObject({ delivered: false, errorCode: 'TIMEOUT' });
        await sleep(Number(headers.get('retry-after')) * 1_000);
        expect((await test(tenants[CAP]!)).body).toMatchObject({ delivered: true });
      });

      it('hold up no other receiver when they hang', async () => {
        await start({ maxPerOrigin: CAP }, { concurrency: 16, timeoutMs: 5_000 });
        const other = await Receiver.start();
        receiver.respond('hang');
        for (let index = 0; index < 10; index++) {
          await create(host.api(`${tenantUid}-${index}`), 'hanging', receiver.url);
          await emit(`${tenantUid}-${index}`, 20);
        }
        await eventually(() => receiver.inFlight === CAP);
        await create(host.api(`${tenantUid}-0`), 'healthy', other.url);
        await create(host.api(`${tenantUid}-free`), 'healthy', other.url);
        const startedAt = performance.now();
        await emit(`${tenantUid}-0`, 50);
        await emit(`${tenantUid}-free`, 50);
        await other.waitFor(100, 4_500);
        expect(performance.now() - startedAt).toBeLessThan(4_500);
        expect(receiver.mostAtOnce).toBe(CAP);
        await other.close();
        receiver.respond({ status: 204 });
      });
    });
  });
});
