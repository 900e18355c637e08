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

const PUBLISHED_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const UUID_V7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

describe('HTTP transports', () => {
  eachHost((host) => {
    let tenantUid: string;
    let api: ApiClient;

    beforeEach(() => {
      tenantUid = newTenant();
      api = host().api(tenantUid);
    });

    const create = (body: object) => createTransport(api, body);
    const stored = (httpTransportUid: string) => storedTransport(host(), tenantUid, httpTransportUid);

    describe('creating', () => {
      it('responds with 200, every field, the defaults and the signing secret', async () => {
        const { status, body } = await api.post<Transport>('/httptransports', minimal);
        expect(status).toBe(200);
        expect(body).toEqual({
          httpTransportUid: expect.stringMatching(UUID_V7),
          ...minimal,
          headers: [],
          securityType: 'NONE',
          username: null,
          password: null,
          token: null,
          state: 'ACTIVE',
          disabledReason: null,
          failingSince: null,
          timeoutMs: null,
          maxConcurrency: null,
          rateLimit: null,
          retryScheduleSeconds: null,
          createdAt: expect.stringMatching(ISO),
          lastModifiedAt: body.createdAt,
          signingSecret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
        });
        expect(Math.abs(Date.parse(body.createdAt) - Date.now())).toBeLessThan(10_000);
      });

      it('accepts a uid, every setting and an imported signing secret', async () => {
        const signingSecret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
        const created = await create({ httpTransportUid: 'My_erp-1', ...secured, ...limits, signingSecret });
        expect(created).toMatchObject({ httpTransportUid: 'My_erp-1', ...limits, signingSecret });
        expect((await stored('My_erp-1')).signing_secrets).toContain(signingSecret);
      });

      it.each(['BEARER', 'BEARER_AUTH', 'BEARER_TOKEN'])(
        'accepts %s and shows it as it was written',
        async (securityType) => {
          const { httpTransportUid, securityType: shown } = await create({
            ...minimal,
            securityType,
            token: 't',
          });
          expect(shown).toBe(securityType);
          expect((await stored(httpTransportUid)).security_type).toBe(securityType);
        },
      );

      it('gives the transport a lane', async () => {
        const { httpTransportUid } = await create(minimal);
        const { id } = await stored(httpTransportUid);
        const lanes = await host().dataSource.query<object[]>(
          `SELECT tenant_uid FROM webhook_lane WHERE transport_id = ${String(id)}`,
        );
        expect(lanes).toEqual([{ tenant_uid: tenantUid }]);
      });

      it('responds with 409 to a uid that is taken; two tenants may use the same one', async () => {
        await create({ ...minimal, httpTransportUid: 'same' });
        const again = await api.post('/httptransports', { ...minimal, httpTransportUid: 'same' });
        expect([again.status, again.body]).toEqual([
          409,
          { statusCode: 409, error: 'Conflict', code: 'UID_TAKEN', message: [expect.any(String)] },
        ]);
        const other = await host()
          .api(newTenant())
          .post('/httptransports', { ...minimal, httpTransportUid: 'same' });
        expect(other.status).toBe(200);
      });

      it('creates only one of many transports that are requested with the same uid at once', async () => {
        const responses = await Promise.all(
          Array.from({ length: 8 }, () =>
            api.post('/httptransports', { ...minimal, httpTransportUid: 'race' }),
          ),
        );
        expect(responses.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(7).fill(409)]);
      });

      it.each(['', null])('treats %p as omitted in optional members of a new transport', async (blank) => {
        const fields = { httpTransportUid: blank, securityType: blank, username: blank, password: blank };
        const { status, body } = await api.post<Transport>('/httptransports', {
          ...minimal,
          ...fields,
          token: blank,
        });
        expect([status, body]).toEqual([
          200,
          expect.objectContaining({ securityType: 'NONE', username: null, password: null, token: null }),
        ]);
        expect(body.httpTransportUid).toMatch(UUID_V7);
        const created = await api.post<Record<string, unknown>>(
          `/httptransports/${body.httpTransportUid}/webhooks`,
          { action: '*', webhookUid: blank, httpTransportUid: blank },
        );
        expect([created.status, created.body.webhookUid]).toEqual([200, expect.stringMatching(UUID_V7)]);
        const missing = await api.post('/httptransports', {
          ...minimal,
          securityType: 'BASIC_AUTH',
          password: blank,
        });
        expect(missing.status).toBe(400);
      });

      it.each([
        ['BASIC_AUTH without password', { securityType: 'BASIC_AUTH', username: 'u' }, 'VALIDATION_FAILED'],
        ['BASIC_AUTH without username', { securityType: 'BASIC_AUTH', password: 'p' }, 'VALIDATION_FAILED'],
        ['BEARER_TOKEN without token', { securityType: 'BEARER' }, 'VALIDATION_FAILED'],
        ['a private address', { url: 'https://10.0.0.1/' }, 'TARGET_REFUSED'],
        ['a local name', { url: 'https://localhost/' }, 'TARGET_REFUSED'],
        ['a URL that is not valid', { url: 'erp' }, 'TARGET_REFUSED'],
        ['the mask as password', { password: MASK }, 'VALIDATION_FAILED'],
        ['a short signing secret', { signingSecret: 'whsec_c2hvcnQ=' }, 'INVALID_SIGNING_SECRET'],
        ['a published secret', { signingSecret: PUBLISHED_SECRET }, 'INVALID_SIGNING_SECRET'],
        ['an unknown member', { tenantUid: 'other' }, 'VALIDATION_FAILED'],
        ['a state', { state: 'DISABLED' }, 'VALIDATION_FAILED'],
      ])('responds with 400 to %s and writes nothing', async (_case, change, code) => {
        const { status, body } = await api.post<object>('/httptransports', { ...minimal, ...change });
        expect(status).toBe(400);
        expect(body).toEqual({ statusCode: 400, error: 'Bad Request', code, message: [expect.any(String)] });
        expect((await api.get<{ items: [] }>('/httptransports')).body.items).toEqual([]);
      });

      it.each([
        ['host', 'example.com', {}],
        ['Webhook-Id', 'x', {}],
        ['x-webhook-action', 'x', {}],
        ['content-type', 'text/plain', {}],
        ['x y', 'x', {}],
        ['', 'x', {}],
        ['x-line', 'canary\r\nhost: evil', {}],
        ['x-nul', 'canary\0', {}],
        ['x-euro', 'canary €', {}],
        ['x-long', `canary${'x'.repeat(4_085)}`, {}],
        ['authorization', 'Bearer canary', { securityType: 'BEARER', token: 't' }],
      ])(
        'responds with 400 to the header %p, and does not repeat its value',
        async (key, value, security) => {
          const body = { ...minimal, ...security, headers: [{ key, value }] };
          const response = await api.post<{ message: string[] }>('/httptransports', body);
          expect([response.status, response.body]).toEqual([
            400,
            expect.objectContaining({ code: 'HEADER_REFUSED' }),
          ]);
          expect(JSON.stringify(response.body)).not.toContain('canary');
        },
      );

      it('accepts an authorization header if the security type sets none, and refuses a later type that sets one', async () => {
        const headers = [{ key: 'Authorization', value: 'Token 70' }];
        const { httpTransportUid } = await create({ ...minimal, headers });
        const { status, body } = await api.patch<object>(`/httptransports/${httpTransportUid}`, {
          securityType: 'BEARER_TOKEN',
          token: 't',
        });
        expect([status, body]).toEqual([400, expect.objectContaining({ code: 'HEADER_REFUSED' })]);
      });
    });

    describe('reading', () => {
      it('shows no secret, neither alone nor in the list', async () => {
        const { httpTransportUid } = await create(secured);
        const one = await api.get<Transport>(`/httptransports/${httpTransportUid}`);
        expect(one.status).toBe(200);
        expect(one.body).toMatchObject({
          headers: [{ key: 'X-Shop', value: MASK }],
          username: 'shop',
          password: MASK,
          token: MASK,
        });
        expect(one.body).not.toHaveProperty('signingSecret');
        const list = await api.get<{ items: Transport[] }>('/httptransports');
        expect(list.body.items).toEqual([one.body]);
        expect(JSON.stringify([one.body, list.body])).not.toMatch(/shop 70|geheim|a-token|whsec_/);
      });
    });

    describe('deleting', () => {
      it('responds with 204 without a body, once', async () => {
        const { httpTransportUid } = await create(minimal);
        const { status, body } = await api.delete(`/httptransports/${httpTransportUid}`);
        expect([status, body]).toEqual([204, undefined]);
        expect((await api.get(`/httptransports/${httpTransportUid}`)).status).toBe(404);
        expect((await api.delete(`/httptransports/${httpTransportUid}`)).status).toBe(404);
      });

      it('also deletes the webhooks and the lane, and frees the uid', async () => {
        await create({ ...minimal, httpTransportUid: 'erp' });
        await api.post('/httptransports/erp/webhooks', { webhookUid: 'orders', action: 'ORDER_SETTLED' });
        const { id } = await stored('erp');
        await api.delete('/httptransports/erp');
        expect((await api.get<{ items: [] }>('/webhooks')).body.items).toEqual([]);
        const lanes = await host().dataSource.query<[]>(
          `SELECT * FROM webhook_lane WHERE transport_id = ${String(id)}`,
        );
        expect(lanes).toEqual([]);
        await create({ ...minimal, httpTransportUid: 'erp' });
        expect((await api.get<{ items: [] }>('/httptransports/erp/webhooks')).body.items).toEqual([]);
      });
    });
  });
});
