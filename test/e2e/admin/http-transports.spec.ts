import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../../support/api-client.js';
import { eachHost, newTenant } from '../../support/each-host.js';

interface Transport {
  httpTransportUid: string;
  signingSecret?: string;
  createdAt: string;
  lastModifiedAt: string;
  [field: string]: unknown;
}

const MASK = '********';
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const UUID_V7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

const minimal = { name: 'ERP', url: 'https://erp.example.com/hooks' };
const secured = {
  ...minimal,
  headers: [{ key: 'X-Shop', value: 'shop 70' }],
  securityType: 'BASIC_AUTH',
  username: 'shop',
  password: 'geheim',
  token: 'a-token',
};
const limits = {
  timeoutMs: 5_000,
  maxConcurrency: 3,
  rateLimit: { requests: 10, perSeconds: 60 },
  retryScheduleSeconds: [5, 50],
};

describe('http transports', () => {
  eachHost((host) => {
    let tenantUid: string;
    let api: ApiClient;

    beforeEach(() => {
      tenantUid = newTenant();
      api = host().api(tenantUid);
    });

    const create = async (body: object): Promise<Transport> => {
      const { status, body: created } = await api.post<Transport>('/httptransports', body);
      expect([status, created]).toEqual([200, expect.any(Object)]);
      return created;
    };

    /** The row as it is stored; without keys, secrets are stored in clear behind `v0:`. */
    const stored = async (httpTransportUid: string): Promise<Record<string, unknown>> => {
      const rows = await host().dataSource.query<Record<string, unknown>[]>(
        `SELECT * FROM webhook_http_transport WHERE tenant_uid = '${tenantUid}' AND http_transport_uid = '${httpTransportUid}'`,
      );
      return rows[0]!;
    };

    describe('creating', () => {
      it('answers 200 with every field, the defaults, and the signing secret', async () => {
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

      it('takes a uid, every setting and an imported signing secret', async () => {
        const signingSecret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
        const created = await create({ httpTransportUid: 'My_erp-1', ...secured, ...limits, signingSecret });
        expect(created).toMatchObject({ httpTransportUid: 'My_erp-1', ...limits, signingSecret });
        expect((await stored('My_erp-1')).signing_secrets).toContain(signingSecret);
      });

      it.each(['BEARER', 'BEARER_AUTH', 'BEARER_TOKEN'])(
        'takes %s and stores BEARER_TOKEN',
        async (securityType) => {
          const { httpTransportUid, securityType: shown } = await create({
            ...minimal,
            securityType,
            token: 't',
          });
          expect(shown).toBe('BEARER_TOKEN');
          expect((await stored(httpTransportUid)).security_type).toBe('BEARER_TOKEN');
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

      it('answers 409 for a uid that is taken, and two tenants may use the same one', async () => {
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

      it('lets one of many at once have a uid', async () => {
        const answers = await Promise.all(
          Array.from({ length: 8 }, () =>
            api.post('/httptransports', { ...minimal, httpTransportUid: 'race' }),
          ),
        );
        expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(7).fill(409)]);
      });

      it.each([
        ['BASIC_AUTH without password', { securityType: 'BASIC_AUTH', username: 'u' }, 'VALIDATION_FAILED'],
        ['BASIC_AUTH without username', { securityType: 'BASIC_AUTH', password: 'p' }, 'VALIDATION_FAILED'],
        ['BEARER_TOKEN without token', { securityType: 'BEARER' }, 'VALIDATION_FAILED'],
        ['a private address', { url: 'https://10.0.0.1/' }, 'TARGET_REFUSED'],
        ['a local name', { url: 'https://localhost/' }, 'TARGET_REFUSED'],
        ['a URL that is none', { url: 'erp' }, 'TARGET_REFUSED'],
        ['the mask as password', { password: MASK }, 'VALIDATION_FAILED'],
        ['a short signing secret', { signingSecret: 'whsec_c2hvcnQ=' }, 'INVALID_SIGNING_SECRET'],
        ['an unknown member', { tenantUid: 'other' }, 'VALIDATION_FAILED'],
        ['a state', { state: 'DISABLED' }, 'VALIDATION_FAILED'],
      ])('answers 400 for %s and writes nothing', async (_case, change, code) => {
        const { status, body } = await api.post<object>('/httptransports', { ...minimal, ...change });
        expect(status).toBe(400);
        expect(body).toEqual({ statusCode: 400, error: 'Bad Request', code, message: [expect.any(String)] });
        expect((await api.get<{ items: [] }>('/httptransports')).body.items).toEqual([]);
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

    describe('PATCH', () => {
      it('changes the given field alone, and when', async () => {
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

      it('of nothing changes nothing', async () => {
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

      it('removes with null', async () => {
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
        const answers = await Promise.all(
          changes.map((change) => api.patch(`/httptransports/${httpTransportUid}`, change)),
        );
        expect(answers.map(({ status }) => status)).toEqual(changes.map(() => 200));
        const { body } = await api.get<Transport>(`/httptransports/${httpTransportUid}`);
        expect(body).toMatchObject({ ...Object.assign({}, ...changes), token: MASK });
        expect(Number((await stored(httpTransportUid)).version)).toBe(1 + changes.length);
      });
    });

    describe('PUT', () => {
      it('replaces the contract’s fields, keeps a left-out password or token and the additive fields', async () => {
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

      it('takes back what was read, changed in one place', async () => {
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
      ])('to another %s wants the secrets again', async (_part, url) => {
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

      it('answers 400 for another uid or another state in the body', async () => {
        const { httpTransportUid } = await create(minimal);
        for (const change of [{ httpTransportUid: 'other' }, { state: 'DISABLED' }]) {
          const { status, body } = await api[method]<object>(`/httptransports/${httpTransportUid}`, {
            ...minimal,
            ...change,
          });
          expect([status, body]).toEqual([400, expect.objectContaining({ code: 'READ_ONLY_FIELD' })]);
        }
      });

      it('answers 404 for a transport that does not exist', async () => {
        const { status, body } = await api[method]<object>('/httptransports/none', minimal);
        expect(status).toBe(404);
        expect(body).toMatchObject({ statusCode: 404, error: 'Not Found', code: 'HTTP_TRANSPORT_NOT_FOUND' });
      });
    });

    describe('deleting', () => {
      it('answers 204 without a body, once', async () => {
        const { httpTransportUid } = await create(minimal);
        const { status, body } = await api.delete(`/httptransports/${httpTransportUid}`);
        expect([status, body]).toEqual([204, undefined]);
        expect((await api.get(`/httptransports/${httpTransportUid}`)).status).toBe(404);
        expect((await api.delete(`/httptransports/${httpTransportUid}`)).status).toBe(404);
      });

      it('takes the webhooks and the lane along, and frees the uid', async () => {
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
