import { beforeAll, describe, expect, it } from '@jest/globals';
import { eachHost, newTenant } from '../../support/each-host.js';
import type { ApiClient, Caller } from '../../support/api-client.js';

const transport = { name: 'ERP', url: 'https://erp.example.com' };

const refused = (statusCode: number, error: string, code: string) => ({
  statusCode,
  error,
  code,
  message: [expect.any(String)],
});
const INVALID = refused(400, 'Bad Request', 'VALIDATION_FAILED');
const NO_JSON = refused(415, 'Unsupported Media Type', 'UNSUPPORTED_MEDIA_TYPE');

/** Every path of a tenant, without those of the portal, and the methods that it supports. */
const ALLOWED: [path: string, allow: string][] = [
  ['/httptransports', 'GET, POST'],
  ['/httptransports/erp', 'DELETE, GET, PATCH, PUT'],
  ...['pause', 'resume', 'disable', 'enable', 'rotatesecret', 'test', 'recover', 'replay'].map(
    (command): [string, string] => [`/httptransports/erp/${command}`, 'POST'],
  ),
  ['/httptransports/erp/webhooks', 'GET, POST'],
  ['/httptransports/erp/webhooks/w', 'DELETE, GET, PATCH, PUT'],
  ['/webhooks', 'GET'],
  ['/webhookactions', 'GET'],
  ['/deliveries', 'GET'],
  ['/deliveries/dlv_00000zzzzzzzz', 'GET'],
  ['/deliveries/dlv_00000zzzzzzzz/redeliver', 'POST'],
  // GET reads the delivery with the uid `redeliver`.
  ['/deliveries/redeliver', 'GET, POST'],
  ['/webhookevents/none/payload', 'DELETE'],
  ['/webhookevents', 'GET'],
  ['/webhookevents/event-1', 'GET'],
  ['/webhookaudit', 'GET'],
  ['/webhookrecoveries', 'GET'],
  ['/webhookrecoveries/rec_00000zzzzzzzz', 'GET'],
  ['/webhookrecoveries/rec_00000zzzzzzzz/cancel', 'POST'],
  ['/quotas', 'GET'],
  ['/webhookstatistics', 'GET'],
];

describe('HTTP', () => {
  eachHost((host) => {
    const tenantUid = newTenant();
    let api: ApiClient;

    beforeAll(async () => {
      api = host().api(tenantUid);
      await api.post('/httptransports', { ...transport, httpTransportUid: 'erp' });
      await api.post('/httptransports/erp/webhooks', { webhookUid: 'w', action: '*' });
    });

    async function send(method: string, path: string, options: RequestInit & { caller?: Caller } = {}) {
      const { caller = 'admin', ...init } = options;
      const headers = new Headers({ authorization: `Bearer ${tenantUid}:${caller}`, connection: 'close' });
      for (const [name, value] of Object.entries(init.headers ?? {})) headers.set(name, value as string);
      const response = await fetch(`${host().url}/tenants/${tenantUid}${path}`, { ...init, method, headers });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text };
    }

    const isExpress = (): boolean => host().app.getHttpAdapter().getType() === 'express';

    it('keeps responses with secrets out of caches, and gives them no ETag', async () => {
      const responses = [
        await api.post<{ signingSecret: string }>('/httptransports', transport),
        await api.request<{ signingSecret: string }>('POST', '/httptransports/erp/rotatesecret'),
      ];
      for (const { body } of responses) expect(body.signingSecret).toMatch(/^whsec_/);
      for (const path of ['/httptransports', '/httptransports/erp', '/quotas', '/httptransports/none'])
        responses.push(await api.get(path));
      for (const { headers } of responses) {
        expect([headers.get('cache-control'), headers.get('etag')]).toEqual(['no-store', null]);
      }
    });

    it('says with a 401 how to authenticate', async () => {
      const { status, headers } = await host().api(tenantUid, 'nobody').get('/httptransports');
      expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
      expect((await host().api(tenantUid, 'cashier').get('/quotas')).headers.get('www-authenticate')).toBe(
        null,
      );
    });

    it.each(ALLOWED)('responds with 405 and Allow to other methods of %s', async (path, allow) => {
      const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((method) => !allow.includes(method));
      for (const method of others) {
        const response = await api.request(method, path, method === 'GET' ? undefined : transport);
        expect([method, response.status, response.headers.get('allow'), response.body]).toEqual([
          method,
          405,
          allow,
          refused(405, 'Method Not Allowed', 'METHOD_NOT_ALLOWED'),
        ]);
      }
    });

    it.each(ALLOWED)('calls the access policy before it responds with 405 for %s', async (path, allow) => {
      const method = allow.includes('PUT') ? 'POST' : 'PUT';
      for (const [caller, status, code] of [
        ['nobody', 401, 'UNAUTHENTICATED'],
        ['cashier', 403, 'FORBIDDEN'],
      ] as const) {
        const response = await host().api(tenantUid, caller).request<{ code: string }>(method, path);
        expect([response.status, response.body.code, response.headers.get('allow')]).toEqual([
          status,
          code,
          null,
        ]);
        expect(response.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null);
      }
    });

    it('leaves HEAD, OPTIONS and unknown paths to the platform', async () => {
      expect((await send('HEAD', '/httptransports/erp')).status).toBe(200);
      for (const method of ['HEAD', 'OPTIONS']) {
        const { status, headers } = await send(method, '/httptransports/erp/pause');
        expect([method, status, headers.get('allow')]).toEqual([method, 404, null]);
      }
      for (const path of ['/httptransport', '/httptransports/erp/paused', '/quotas/x', ''])
        expect([path, (await send('PUT', path)).status]).toEqual([path, 404]);
    });

    it.each([
      ['a form', 'application/x-www-form-urlencoded', 'name=ERP&url=https%3A%2F%2Ferp.example.com'],
      ['plain text', 'text/plain', JSON.stringify(transport)],
      ['XML', 'application/xml', '<name>ERP</name>'],
      ['JSON of another type', 'application/merge-patch+json', JSON.stringify(transport)],
      ['a multipart form', 'multipart/form-data; boundary=x', '--x--'],
    ])('refuses %s with 415', async (_case, type, body) => {
      for (const [method, path] of [
        ['POST', '/httptransports'],
        ['PATCH', '/httptransports/erp'],
        ['POST', '/httptransports/erp/rotatesecret'],
      ] as const) {
        const response = await send(method, path, { headers: { 'content-type': type }, body });
        expect([response.status, JSON.parse(response.text)]).toEqual([415, NO_JSON]);
      }
    });

    it('accepts a body of JSON with a charset, and no body at all', async () => {
      const headers = { 'content-type': 'Application/JSON; charset=UTF-8' };
      const body = JSON.stringify({ name: 'Küche €' });
      const response = await send('PATCH', '/httptransports/erp', { headers, body });
      expect([response.status, response.text]).toEqual([200, expect.stringContaining('"name":"Küche €"')]);
      expect((await send('POST', '/httptransports/erp/resume')).status).toBe(200);
    });

    it.each([
      ['broken JSON', '{"name":'],
      ['JSON with more behind it', '{} x'],
      ['nothing but a quote', '"'],
    ])('responds to %s with a 400 of the documented shape', async (_case, body) => {
      const headers = { 'content-type': 'application/json' };
      for (const [method, path] of [
        ['POST', '/httptransports'],
        ['PUT', '/httptransports/erp/webhooks/w'],
      ] as const) {
        const response = await send(method, path, { headers, body });
        expect([response.status, JSON.parse(response.text)]).toEqual([400, INVALID]);
        expect(response.text).toContain('The body is not valid JSON');
      }
    });

    it('responds to a body that is too large with a 413 of the documented shape', async () => {
      const { status, text } = await send('POST', '/httptransports', {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...transport, name: 'x'.repeat(2 * 1024 * 1024) }),
      });
      expect([status, JSON.parse(text)]).toEqual([413, refused(413, 'Payload Too Large', 'BODY_TOO_LARGE')]);
    });

    it('responds with 400 to a path that is not valid percent-encoding', async () => {
      const { status, text } = await send('GET', '/httptransports/%ff');
      // Fastify refuses the path before it looks for a route, so that body is the host's.
      const body = isExpress() ? INVALID : expect.objectContaining({ code: 'FST_ERR_BAD_URL' });
      expect([status, JSON.parse(text)]).toEqual([400, body]);
    });

    it('responds with 400, or with the 414 of Fastify, to a uid of more than 100 characters in the path', async () => {
      const { status, text } = await send('GET', `/httptransports/${'x'.repeat(101)}`);
      // Like the response above, this one is sent before any hook that a module could register.
      const response = isExpress()
        ? [400, INVALID]
        : [414, expect.objectContaining({ code: 'FST_ERR_MAX_PARAM_LENGTH' })];
      expect([status, JSON.parse(text)]).toEqual(response);
      const shorter = await send('GET', `/httptransports/${'x'.repeat(100)}`);
      expect([shorter.status, JSON.parse(shorter.text)]).toEqual([400, INVALID]);
    });
  });
});
