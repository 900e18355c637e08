import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../../support/api-client.js';
import { eachHost, newTenant } from '../../support/each-host.js';

interface Webhook {
  webhookUid: string;
  [field: string]: unknown;
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const WEBHOOKS = '/httptransports/erp/webhooks';

describe('webhooks', () => {
  eachHost((host) => {
    let api: ApiClient;

    beforeEach(async () => {
      api = host().api(newTenant());
      for (const httpTransportUid of ['erp', 'shop']) {
        await api.post('/httptransports', { httpTransportUid, name: 'x', url: 'https://erp.example.com' });
      }
    });

    const create = async (body: object, path = WEBHOOKS): Promise<Webhook> => {
      const { status, body: created } = await api.post<Webhook>(path, body);
      expect([status, created]).toEqual([200, expect.any(Object)]);
      return created;
    };

    it('are created with defaults', async () => {
      const { status, body } = await api.post<Webhook>(WEBHOOKS, { action: 'ORDER_SETTLED' });
      expect(status).toBe(200);
      expect(body).toEqual({
        webhookUid: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-7/),
        httpTransportUid: 'erp',
        action: 'ORDER_SETTLED',
        enabled: true,
        ordered: false,
        createdAt: expect.stringMatching(ISO),
        lastModifiedAt: expect.stringMatching(ISO),
      });
      expect((await api.get(`${WEBHOOKS}/${body.webhookUid}`)).body).toEqual(body);
    });

    it('accept a uid, settings, and the uid of their transport', async () => {
      const body = { webhookUid: 'w', httpTransportUid: 'erp', action: '*', enabled: false, ordered: true };
      expect(await create(body)).toMatchObject(body);
      expect((await api.get(`${WEBHOOKS}/w`)).body).toMatchObject(body);
    });

    it.each(['*', 'ORDER_*', 'ORDER_RECEIPT_*', 'STOCK_CHANGE'])('subscribe to %s', async (action) => {
      expect(await create({ action })).toMatchObject({ action });
    });

    it.each(['ORDER', 'order_settled', 'ORDER*', '*_SETTLED', 'NONE_*', '_*', '', '**', 'ORDER_SETTLED\n'])(
      'do not subscribe to %p',
      async (action) => {
        const { status, body } = await api.post<object>(WEBHOOKS, { action });
        expect([status, body]).toEqual([400, expect.objectContaining({ code: 'UNKNOWN_ACTION' })]);
      },
    );

    it('respond with 409 to a uid that is taken, under another transport too', async () => {
      await create({ webhookUid: 'w', action: '*' });
      for (const path of [WEBHOOKS, '/httptransports/shop/webhooks']) {
        const { status, body } = await api.post<object>(path, { webhookUid: 'w', action: '*' });
        expect([status, body]).toEqual([409, expect.objectContaining({ code: 'UID_TAKEN' })]);
      }
      const other = host().api(newTenant());
      await other.post('/httptransports', {
        httpTransportUid: 'erp',
        name: 'x',
        url: 'https://erp.example.com',
      });
      expect((await other.post(WEBHOOKS, { webhookUid: 'w', action: '*' })).status).toBe(200);
    });

    it('change by PATCH in the given fields alone', async () => {
      const before = await create({ webhookUid: 'w', action: '*', enabled: false, ordered: true });
      const { status, body } = await api.patch<Webhook>(`${WEBHOOKS}/w`, { action: 'ORDER_*' });
      expect(status).toBe(200);
      expect(body).toEqual({ ...before, action: 'ORDER_*', lastModifiedAt: expect.stringMatching(ISO) });
      expect((await api.patch(`${WEBHOOKS}/w`, { enabled: true })).body).toMatchObject({
        action: 'ORDER_*',
        enabled: true,
        ordered: true,
      });
      expect((await api.patch(`${WEBHOOKS}/w`, {})).status).toBe(200);
    });

    it("change by PUT in the action, and keep omitted fields that are not part of the vendor's API", async () => {
      await create({ webhookUid: 'w', action: '*', enabled: false, ordered: true });
      const { status, body } = await api.put<Webhook>(`${WEBHOOKS}/w`, { action: 'ORDER_*' });
      expect([status, body]).toEqual([
        200,
        expect.objectContaining({ action: 'ORDER_*', enabled: false, ordered: true }),
      ]);
      expect((await api.put(`${WEBHOOKS}/w`, { enabled: true })).status).toBe(400);
      expect((await api.put(`${WEBHOOKS}/w`, { action: '*', enabled: true })).body).toMatchObject({
        enabled: true,
      });
    });

    it('can be sent back as they were read', async () => {
      await create({ webhookUid: 'w', action: '*' });
      const { body: read } = await api.get<Webhook>(`${WEBHOOKS}/w`);
      const { status, body } = await api.put(`${WEBHOOKS}/w`, read);
      expect([status, body]).toEqual([200, { ...read, lastModifiedAt: expect.stringMatching(ISO) }]);
    });

    it.each(['put', 'patch'] as const)(
      'respond with 400 to %s with another uid or an unknown action',
      async (method) => {
        await create({ webhookUid: 'w', action: '*' });
        for (const [change, code] of [
          [{ webhookUid: 'v' }, 'READ_ONLY_FIELD'],
          [{ httpTransportUid: 'shop' }, 'READ_ONLY_FIELD'],
          [{ action: 'NONE' }, 'UNKNOWN_ACTION'],
        ] as const) {
          const { status, body } = await api[method]<object>(`${WEBHOOKS}/w`, { action: '*', ...change });
          expect([status, body]).toEqual([400, expect.objectContaining({ code })]);
        }
      },
    );

    it('lose none of three changes at once', async () => {
      await create({ webhookUid: 'w', action: '*' });
      await Promise.all([
        api.patch(`${WEBHOOKS}/w`, { action: 'ORDER_*' }),
        api.patch(`${WEBHOOKS}/w`, { enabled: false }),
        api.patch(`${WEBHOOKS}/w`, { ordered: true }),
      ]);
      expect((await api.get(`${WEBHOOKS}/w`)).body).toMatchObject({
        action: 'ORDER_*',
        enabled: false,
        ordered: true,
      });
    });

    it('are deleted with 204, once', async () => {
      await create({ webhookUid: 'w', action: '*' });
      const { status, body } = await api.delete(`${WEBHOOKS}/w`);
      expect([status, body]).toEqual([204, undefined]);
      expect((await api.delete(`${WEBHOOKS}/w`)).status).toBe(404);
      await create({ webhookUid: 'w', action: '*' });
    });

    it('are found under their own transport alone', async () => {
      await create({ webhookUid: 'w', action: '*' });
      const elsewhere = '/httptransports/shop/webhooks/w';
      const none = '/httptransports/none/webhooks/w';
      for (const [path, code] of [
        [elsewhere, 'WEBHOOK_NOT_FOUND'],
        [none, 'HTTP_TRANSPORT_NOT_FOUND'],
      ] as const) {
        for (const response of [
          await api.get<object>(path),
          await api.put<object>(path, { action: '*' }),
          await api.patch<object>(path, { action: '*' }),
          await api.delete<object>(path),
        ]) {
          expect([response.status, response.body]).toEqual([404, expect.objectContaining({ code })]);
        }
      }
      expect((await api.get(`${WEBHOOKS}/w`)).status).toBe(200);
    });

    it('are listed per transport and for the whole tenant', async () => {
      await create({ webhookUid: 'a', action: '*' });
      await create({ webhookUid: 'b', action: 'ORDER_*' }, '/httptransports/shop/webhooks');
      await create({ webhookUid: 'c', action: 'STOCK_CHANGE' });
      const uids = async (path: string): Promise<unknown> =>
        (await api.get<{ items: Webhook[] }>(path)).body.items.map((item) => [
          item.httpTransportUid,
          item.webhookUid,
        ]);
      expect(await uids(WEBHOOKS)).toEqual([
        ['erp', 'a'],
        ['erp', 'c'],
      ]);
      expect(await uids('/webhooks')).toEqual([
        ['erp', 'a'],
        ['shop', 'b'],
        ['erp', 'c'],
      ]);
      expect(await uids('/webhooks?httpTransportUid=shop')).toEqual([['shop', 'b']]);
      expect(await uids('/webhooks?httpTransportUid=none')).toEqual([]);
      expect(await uids('/webhooks?sortBy=httpTransportUid&sortDirection=DESC')).toEqual([
        ['shop', 'b'],
        ['erp', 'c'],
        ['erp', 'a'],
      ]);
      expect((await api.get('/httptransports/none/webhooks')).status).toBe(404);
    });
  });
});
