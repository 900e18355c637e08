import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eachHost } from '../../support/each-host.js';
import { jsonOf, Receiver } from '../../support/receiver.js';

const UIDS = ['shop.example.com', 'auth0|7', 'org:7', 'owner@shop.example'];

describe('tenant uids', () => {
  eachHost(
    (host) => {
      let receiver: Receiver;
      beforeAll(async () => {
        receiver = await Receiver.start();
      });
      afterAll(() => receiver.close());

      /** The transports of a tenant whose uid is percent-encoded in the URL. */
      const list = async (tenantUid: string): Promise<{ status: number; body: unknown }> => {
        const headers = { authorization: `Bearer ${tenantUid}:admin`, connection: 'close' };
        const response = await fetch(
          `${host().url}/tenants/${encodeURIComponent(tenantUid)}/httptransports`,
          { headers },
        );
        return { status: response.status, body: await response.json() };
      };

      it.each(UIDS)('with punctuation serve as path segments and in bodies: %s', async (uid) => {
        receiver.reset();
        // The suites of both platforms share the database.
        const tenantUid = `${uid}.${new URL(host().url).port}`;
        const api = host().api(tenantUid);
        const created = await api.post('/httptransports', {
          httpTransportUid: 'erp',
          name: 'ERP',
          url: receiver.url,
        });
        expect(created.status).toBe(200);
        expect((await api.post('/httptransports/erp/webhooks', { action: '*' })).status).toBe(200);

        const { eventUid } = await host().emitter.emit(
          'ORDER_SETTLED',
          { order: { Uid: '1' } },
          { tenantUid },
        );
        const [request] = await receiver.waitFor(1);
        expect(request!.headers['webhook-id']).toBe(eventUid);
        expect(jsonOf(request!)).toMatchObject({ tenant: { Uid: tenantUid } });

        // Clients may encode such characters or not.
        const listed = await list(tenantUid);
        expect(listed).toMatchObject({ status: 200, body: { items: [{ httpTransportUid: 'erp' }] } });
      });

      it('with a space are refused with a 400 that names the permitted characters', async () => {
        const { status, body } = await list('a b');
        expect([status, body]).toEqual([400, expect.objectContaining({ code: 'VALIDATION_FAILED' })]);
        expect(JSON.stringify(body)).toMatch(/tenantUid must be 1 to 64 of .* \| @/);
      });
    },
    { worker: true },
  );
});
