import { beforeAll, describe, expect, it } from '@jest/globals';
import { posCatalog } from 'nestjs-tillhook';
import type { ApiClient } from '../../support/api-client.js';
import { eachHost, newTenant } from '../../support/each-host.js';

interface List {
  items: Record<string, unknown>[];
  paging: object;
}

const LISTS = ['/httptransports', '/httptransports/t2/webhooks', '/webhooks', '/webhookactions'];

describe('lists', () => {
  eachHost((host) => {
    let api: ApiClient;

    beforeAll(async () => {
      api = host().api(newTenant());
      // Created in this order; the names sort otherwise, and two are equal.
      for (const [httpTransportUid, name] of [
        ['t1', 'c'],
        ['t2', 'a'],
        ['t3', 'b'],
        ['t4', 'a'],
      ]) {
        await api.post('/httptransports', { httpTransportUid, name, url: 'https://erp.example.com' });
      }
      for (const webhookUid of ['w1', 'w2', 'w3']) {
        await api.post('/httptransports/t2/webhooks', { webhookUid, action: '*' });
      }
    });

    const uids = async (query: string): Promise<unknown[]> =>
      (await api.get<List>(`/httptransports${query}`)).body.items.map((item) => item.httpTransportUid);

    it('respond with items and paging', async () => {
      const { status, body } = await api.get<List>('/httptransports');
      expect(status).toBe(200);
      expect(Object.keys(body)).toEqual(['items', 'paging']);
      expect(body.paging).toEqual({ pageNumber: 1, pageSize: 25, totalCount: 4 });
      expect(body.items).toHaveLength(4);
    });

    it('are cut into pages that share no item and miss none, also among equals', async () => {
      for (const sorting of ['', '&sortBy=name', '&sortBy=name&sortDirection=DESC', '&sortBy=state']) {
        const pages = await Promise.all(
          [1, 2, 3].map((page) => uids(`?pageSize=2&pageNumber=${page}${sorting}`)),
        );
        expect(pages.map((page) => page.length)).toEqual([2, 2, 0]);
        expect(pages.flat().sort()).toEqual(['t1', 't2', 't3', 't4']);
      }
      const { body } = await api.get<List>('/httptransports?pageNumber=3&pageSize=2');
      expect(body).toEqual({ items: [], paging: { pageNumber: 3, pageSize: 2, totalCount: 4 } });
    });

    it('are sorted by uid, or by the given field, in either direction', async () => {
      expect(await uids('')).toEqual(['t1', 't2', 't3', 't4']);
      expect(await uids('?sortDirection=DESC')).toEqual(['t4', 't3', 't2', 't1']);
      expect(await uids('?sortBy=name')).toEqual(['t2', 't4', 't3', 't1']);
      expect(await uids('?sortBy=name&sortDirection=DESC')).toEqual(['t1', 't3', 't4', 't2']);
    });

    it.each([
      [
        '/httptransports',
        ['httpTransportUid', 'name', 'url', 'securityType', 'state', 'createdAt', 'lastModifiedAt'],
      ],
      [
        '/webhooks',
        ['webhookUid', 'httpTransportUid', 'action', 'enabled', 'ordered', 'createdAt', 'lastModifiedAt'],
      ],
      ['/webhookactions', ['action']],
    ])('%s accept these values of sortBy: %j', async (path, keys) => {
      for (const key of keys) {
        expect((await api.get(`${path}?sortBy=${key}&sortDirection=DESC`)).status).toBe(200);
      }
    });

    it('of HTTP transports can be filtered by state, by failures, and by a text in the uid, name or URL', async () => {
      const tenantUid = newTenant();
      const own = host().api(tenantUid);
      for (const [httpTransportUid, name, url] of [
        ['erp', 'Books_1', 'https://shop.example.com'],
        ['web', '100 % Shop', 'https://web.example.com'],
        ['old', 'Éclair', 'https://old.example.com'],
      ]) {
        await own.post('/httptransports', { httpTransportUid, name, url });
      }
      await own.post('/httptransports/erp/pause', {});
      await host().dataSource.query(
        `UPDATE webhook_http_transport SET failing_since = 1 WHERE tenant_uid = '${tenantUid}' AND name <> 'Éclair'`,
      );
      const found = async (query: string): Promise<unknown[]> =>
        (await own.get<List>(`/httptransports?${query}`)).body.items.map((item) => item.httpTransportUid);

      expect(await found('state=PAUSED')).toEqual(['erp']);
      expect(await found('state=ACTIVE')).toEqual(['web', 'old']);
      expect(await found('failing=true')).toEqual(['web']);
      expect(await found('search=SHOP')).toEqual(['erp', 'web']);
      expect(await found('search=shop&state=ACTIVE')).toEqual(['web']);
      expect(await found('search=%25')).toEqual(['web']);
      expect(await found('search=_')).toEqual(['erp']);
      expect(await found('search=%C3%89CLAIR')).toEqual(['old']);
      expect(await found('search=nothing')).toEqual([]);
    });

    it('accept a page far beyond the end', async () => {
      const { status, body } = await api.get<List>('/httptransports?pageNumber=1000000000&pageSize=100');
      expect([status, body.items]).toEqual([200, []]);
    });

    it.each(LISTS)('%s refuse pages, sizes and sort orders that are not valid', async (path) => {
      for (const query of [
        'pageNumber=0',
        'pageNumber=-1',
        'pageNumber=x',
        'pageNumber=1.5',
        'pageNumber=99999999999999999999',
        'pageNumber=',
        'pageSize=0',
        'pageSize=101',
        'pageSize=1e1',
        'pageSize=1&pageSize=2',
        'pageSize[]=1',
        'pageSize[a]=1',
        'sortBy=id',
        'sortBy=password',
        'sortBy=name%3B--',
        'sortBy=',
        'sortBy[]=name',
        'sortBy=constructor',
        'sortDirection=up',
        'sortDirection=ASC,id',
        'sortDirection=',
        'page=1',
        '_=1',
        '__proto__=1',
        '__proto__[x]=1',
        'constructor=1',
        'hasOwnProperty=1',
        'toString=1',
        'pageNumber=-1',
        'sortBy=%ff',
        'tenantUid=other',
        'pageNumber=%00',
      ]) {
        const { status, body } = await api.get<object>(`${path}?${query}`);
        expect([query, status, body]).toEqual([
          query,
          400,
          { statusCode: 400, error: 'Bad Request', code: 'VALIDATION_FAILED', message: expect.any(Array) },
        ]);
      }
    });

    it('of actions contain the catalog with the description and the example of each', async () => {
      const { status, body } = await api.get<List>('/webhookactions');
      expect([status, body.paging]).toEqual([200, { pageNumber: 1, pageSize: 25, totalCount: 26 }]);
      expect(body.items).toHaveLength(25);
      expect(body.items).toContainEqual({ action: 'ORDER_SETTLED', ...posCatalog.ORDER_SETTLED });
      for (const item of body.items) {
        expect(item).toEqual({
          action: expect.stringMatching(/^[A-Z_]+$/),
          description: expect.stringMatching(/\w/),
          example: expect.any(Object),
        });
      }
      const { body: last } = await api.get<List>(
        '/webhookactions?pageSize=23&pageNumber=2&sortDirection=DESC',
      );
      expect(last.items.map(({ action }) => action)).toEqual([
        'CUSTOMER_UPDATE',
        'CUSTOMER_DELETE',
        'CUSTOMER_CREATE',
      ]);
    });
  });
});
