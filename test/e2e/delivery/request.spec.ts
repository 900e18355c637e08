import { describe, expect, it } from '@jest/globals';
import { eachWorker } from '../../support/each-worker.js';
import { Receiver, verifySignature } from '../../support/receiver.js';
import { TenantClient } from '../../support/tenant-client.js';

const UUID_V7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');

describe('a delivered request', () => {
  eachWorker((scene) => {
    it('consists of the signed body with the emitted data, and of headers for everything else', async () => {
      const { host, receiver, tenant } = scene();
      const { signingSecret } = await tenant.transport(receiver);
      const { eventUid } = await host.emitter.emit(
        'ORDER_SETTLED',
        {
          tenant: { Id: 7 },
          store: { Id: 1, Uid: '70' },
          order: { Id: 7123, Uid: '700' },
          tenantUser: { Id: 7, Uid: '9' },
        },
        { tenantUid: tenant.tenantUid },
      );
      const [request] = await receiver.waitFor(1);
      const [delivery] = await tenant.untilLogged({ status: 'DELIVERED', attempts: 1, lastStatusCode: 204 });

      verifySignature(request!, signingSecret!);
      expect(request).toMatchObject({ method: 'POST', path: '/hook' });
      expect(request!.body.toString('utf8')).toBe(
        `{"action":"ORDER_SETTLED","tenant":{"Id":7,"Uid":"${tenant.tenantUid}"},"store":{"Id":1,"Uid":"70"},` +
          `"order":{"Id":7123,"Uid":"700"},"tenantUser":{"Id":7,"Uid":"9"}}`,
      );
      expect(eventUid).toMatch(UUID_V7);
      expect(request!.headers).toEqual({
        host: `127.0.0.1:${receiver.port}`,
        connection: 'keep-alive',
        'content-type': 'application/json',
        'content-length': String(request!.body.length),
        'user-agent': expect.stringContaining('nestjs-tillhook'),
        'webhook-id': eventUid,
        'webhook-timestamp': expect.stringMatching(/^\d{10}$/),
        'webhook-signature': expect.stringMatching(/^v1,[\w+/]{43}=$/),
        'x-webhook-action': 'ORDER_SETTLED',
        'x-webhook-attempt': '1',
        'x-webhook-delivery': delivery!.deliveryUid,
        'x-webhook-sequence': expect.stringMatching(/^\d+$/),
      });
      const ageMs = request!.receivedAt - Number(request!.headers['webhook-timestamp']) * 1_000;
      expect(Math.abs(ageMs)).toBeLessThan(5_000);
    });

    it('carries the event uid and the data that the caller chose: any JSON, any alphabet', async () => {
      const { host, receiver, tenant } = scene();
      const { signingSecret } = await tenant.transport(receiver);
      const data = {
        order: { Uid: '700' },
        note: 'Käse 🧀 "x" \u2028 \0',
        lines: [{ qty: 1.5 }, null, true],
      };
      await host.emitter.emit('ORDER_SETTLED', data, { tenantUid: tenant.tenantUid, eventUid: 'order-700' });
      const [request] = await receiver.waitFor(1);
      verifySignature(request!, signingSecret!);
      expect(request!.headers['webhook-id']).toBe('order-700');
      expect(JSON.parse(request!.body.toString('utf8'))).toMatchObject(data);
    });

    it('carries sequence numbers that rise in the order of emission', async () => {
      const { receiver, tenant } = scene();
      await tenant.transport(receiver, { maxConcurrency: 1 });
      for (const uid of ['1', '2', '3']) await tenant.emit(uid);
      const sequences = (await receiver.waitFor(3)).map(({ headers }) =>
        Number(headers['x-webhook-sequence']),
      );
      expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
      expect(new Set(sequences).size).toBe(3);
    });

    it('carries the credentials and headers of its transport', async () => {
      const { receiver, tenant } = scene();
      const second = await Receiver.start();
      try {
        const headers = [
          { key: 'X-Shop', value: 'shop 70' },
          { key: 'x-Api-Key', value: 'geheim' },
        ];
        await tenant.transport(receiver, {
          headers,
          securityType: 'BASIC_AUTH',
          username: 'till',
          password: 'pä:ss',
        });
        await tenant.transport(second, { securityType: 'BEARER_AUTH', token: 'a-token' });
        await tenant.emit();
        const [basic] = await receiver.waitFor(1);
        const [bearer] = await second.waitFor(1);
        expect(basic!.headers).toMatchObject({
          authorization: `Basic ${base64('till:pä:ss')}`,
          'x-shop': 'shop 70',
          'x-api-key': 'geheim',
        });
        expect(bearer!.headers['authorization']).toBe('Bearer a-token');
        expect(bearer!.headers['x-shop']).toBeUndefined();
      } finally {
        await second.close();
      }
    });

    it('goes out once per transport, in the name of the most specific webhook', async () => {
      const { receiver, tenant } = scene();
      const transport = await tenant.transport(receiver, {}, { action: '*', webhookUid: 'all' });
      await tenant.webhook(transport, { action: 'ORDER_*', webhookUid: 'orders' });
      await tenant.webhook(transport, { action: 'ORDER_SETTLED', webhookUid: 'off', enabled: false });
      await tenant.webhook(transport, { action: 'TILL_OPEN', webhookUid: 'tills' });
      await tenant.emit();
      expect(await tenant.untilLogged({ status: 'DELIVERED' })).toMatchObject([{ webhookUid: 'orders' }]);
      expect(receiver.requests).toHaveLength(1);
    });

    it('reaches only the transport that subscribes, and no other tenant', async () => {
      const { host, receiver, tenant } = scene();
      const others = new TenantClient(host);
      const second = await Receiver.start();
      try {
        await tenant.transport(receiver);
        await tenant.transport(receiver, {}, { action: 'TILL_OPEN' });
        await others.transport(second);
        const eventUid = await tenant.emit();
        await tenant.untilLogged({ status: 'DELIVERED', eventUid });
        await others.emit();
        await second.waitFor(1);
        expect(receiver.requests).toHaveLength(1);
        expect(second.requests).toHaveLength(1);
        expect(second.requests[0]!.headers['webhook-id']).not.toBe(eventUid);
      } finally {
        await second.close();
      }
    });
  });
});
