import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../../support/api-client.js';
import { eachHost, newTenant } from '../../support/each-host.js';
import {
  createTransport,
  limits,
  MASK,
  minimal,
  secured,
  type Transport,
} from '../../support/http-transports.js';
import { storedTransport } from '../../support/stored-transport.js';

describe('changing an HTTP transport', () => {
  eachHost((host) => {
    let tenantUid: string;
    let api: ApiClient;

    beforeEach(() => {
      tenantUid = newTenant();
      api = host().api(tenantUid);
    });

    const create = (body: object) => createTransport(api, body);
    const stored = (httpTransportUid: string) => storedTransport(host(), tenantUid, httpTransportUid);

    describe('PATCH', () => {
      it('changes the given field and lastModifiedAt, and no other', async () => {
        const { signingSecret: _shownOnce, ...before } = await create({ ...secured, ...limits });
        const row = await stored(before.httpTransportUid);
        const { status, body } = await api.patch<Transport>(`/httptransports/${before.httpTransportUid}`, {
          name: 'New',
        });
        expect(status).toBe(200);
        expect(body).toEqual({ ...before, name: 'New', lastModifiedAt: expect.any(String) });
        expect(await stored(before.httpTransportUid)).toEqual({
          ...row,
          name: 'New',
          version: expect.anything(),
          last_modified_at: expect.anything(),
        });
        expect((await api.get(`/httptransports/${before.httpTransportUid}`)).body).toEqual(body);
      });

      it('of no field changes nothing, not even lastModifiedAt', async () => {
        const { signingSecret: _shownOnce, ...before } = await create(secured);
        const { status, body } = await api.patch(`/httptransports/${before.httpTransportUid}`, {});
        expect([status, body]).toEqual([200, before]);
      });

      it('keeps the stored secrets behind their masks, and replaces the others', async () => {
        const { httpTransportUid } = await create(secured);
        const { status } = await api.patch(`/httptransports/${httpTransportUid}`, {
          headers: [
            { key: 'x-shop', value: MASK },
            { key: 'x-new', value: 'new' },
          ],
          password: MASK,
          token: 'other-token',
        });
        expect(status).toBe(200);
        const row = await stored(httpTransportUid);
        expect(JSON.parse(String(row.headers))).toEqual([
          { key: 'x-shop', value: 'v0:shop 70' },
          { key: 'x-new', value: 'v0:new' },
        ]);
        expect([row.password, row.token]).toEqual(['v0:geheim', 'v0:other-token']);
      });

      it('removes the value of a field that is null', async () => {
        const { httpTransportUid } = await create({ ...secured, ...limits });
        const { status, body } = await api.patch<Transport>(`/httptransports/${httpTransportUid}`, {
          securityType: 'NONE',
          username: null,
          password: null,
          token: null,
          headers: [],
          timeoutMs: null,
          rateLimit: null,
          maxConcurrency: null,
          retryScheduleSeconds: null,
        });
        expect(status).toBe(200);
        expect(body).toMatchObject({
          headers: [],
          username: null,
          password: null,
          token: null,
          timeoutMs: null,
          rateLimit: null,
          maxConcurrency: null,
          retryScheduleSeconds: null,
        });
      });

      it('loses none of many changes at once', async () => {
        const { httpTransportUid } = await create(minimal);
        const changes = [
          { name: 'New' },
          { timeoutMs: 7_000 },
          { maxConcurrency: 7 },
          { username: 'u' },
          { token: 't' },
        ];
        const responses = await Promise.all(
          changes.map((change) => api.patch(`/httptransports/${httpTransportUid}`, change)),
        );
        expect(responses.map(({ status }) => status)).toEqual(changes.map(() => 200));
        const { body } = await api.get<Transport>(`/httptransports/${httpTransportUid}`);
        expect(body).toMatchObject({
          name: 'New',
          timeoutMs: 7_000,
          maxConcurrency: 7,
          username: 'u',
          token: MASK,
        });
        expect(Number((await stored(httpTransportUid)).version)).toBe(1 + changes.length);
      });
    });

    describe('PUT', () => {
      it("replaces the fields of the vendor's API, and keeps an omitted password or token and all other fields", async () => {
        const { httpTransportUid } = await create({ ...secured, ...limits });
        const { status, body } = await api.put<Transport>(`/httptransports/${httpTransportUid}`, {
          name: 'New',
          url: 'https://erp.example.com/other',
        });
        expect(status).toBe(200);
        expect(body).toMatchObject({
          name: 'New',
          url: 'https://erp.example.com/other',
          headers: [],
          securityType: 'NONE',
          username: null,
          password: MASK,
          token: MASK,
          ...limits,
        });
        expect((await stored(httpTransportUid)).password).toBe('v0:geheim');
      });

      it('needs name and url', async () => {
        const { httpTransportUid } = await create(minimal);
        for (const body of [{ name: 'New' }, { url: minimal.url }, {}]) {
          expect((await api.put(`/httptransports/${httpTransportUid}`, body)).status).toBe(400);
        }
      });

      it('does not revive a disabled transport', async () => {
        const { httpTransportUid } = await create(minimal);
        await host().dataSource.query(
          `UPDATE webhook_http_transport SET state = 'DISABLED', disabled_reason = 'GONE' WHERE tenant_uid = '${tenantUid}'`,
        );
        const { body } = await api.put<Transport>(`/httptransports/${httpTransportUid}`, minimal);
        expect(body).toMatchObject({ state: 'DISABLED', disabledReason: 'GONE' });
      });

      it('changes nothing, not even lastModifiedAt, when a transport is sent back as it was read', async () => {
        const { httpTransportUid } = await create({ ...secured, ...limits });
        const { body: read } = await api.get<Transport>(`/httptransports/${httpTransportUid}`);
        expect(await api.put(`/httptransports/${httpTransportUid}`, read)).toMatchObject({
          status: 200,
          body: read,
        });
      });

      it('accepts a transport that was read and changed in one place', async () => {
        const { httpTransportUid } = await create({ ...secured, ...limits });
        const { body: read } = await api.get<Transport>(`/httptransports/${httpTransportUid}`);
        const row = await stored(httpTransportUid);
        const { status, body } = await api.put(`/httptransports/${httpTransportUid}`, {
          ...read,
          name: 'New',
        });
        expect([status, body]).toEqual([200, { ...read, name: 'New', lastModifiedAt: expect.any(String) }]);
        const { headers, password, token } = await stored(httpTransportUid);
        expect({ headers, password, token }).toEqual({
          headers: row.headers,
          password: row.password,
          token: row.token,
        });
      });
    });

    describe.each(['put', 'patch'] as const)('%s', (method) => {
      it.each([
        ['scheme', 'http://erp.example.com/hooks'],
        ['host', 'https://evil.example.com/hooks'],
        ['port', 'https://erp.example.com:8443/hooks'],
      ])('to another %s requires the secrets again', async (_part, url) => {
        const { httpTransportUid } = await create(secured);
        const path = `/httptransports/${httpTransportUid}`;
        const { securityType, username, headers } = secured;
        const others = { name: 'ERP', securityType, username };
        const kept = await api[method]<object>(path, {
          ...others,
          headers: [{ key: 'X-Shop', value: MASK }],
          url,
        });
        expect(kept.status).toBe(400);
        expect(kept.body).toMatchObject({ statusCode: 400, code: 'CREDENTIALS_REQUIRED' });
        expect((await stored(httpTransportUid)).url).toBe(minimal.url);

        const again = { password: 'p', token: 't', headers };
        expect((await api[method](path, { ...others, ...again, url })).status).toBe(200);
        expect((await stored(httpTransportUid)).url).toBe(url);
      });

      it('responds with 400 to another uid or another state in the body', async () => {
        const { httpTransportUid } = await create(minimal);
        for (const change of [{ httpTransportUid: 'other' }, { state: 'DISABLED' }]) {
          const { status, body } = await api[method]<object>(`/httptransports/${httpTransportUid}`, {
            ...minimal,
            ...change,
          });
          expect([status, body]).toEqual([400, expect.objectContaining({ code: 'READ_ONLY_FIELD' })]);
        }
      });

      it('responds with 404 for a transport that does not exist', async () => {
        const { status, body } = await api[method]<object>('/httptransports/none', minimal);
        expect(status).toBe(404);
        expect(body).toMatchObject({ statusCode: 404, error: 'Not Found', code: 'HTTP_TRANSPORT_NOT_FOUND' });
      });
    });
  });
});
