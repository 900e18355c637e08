import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ApiClient, ApiResponse } from '../../support/api-client.js';
import { eachHost, newTenant } from '../../support/each-host.js';
import { jsonOf, Receiver, verifySignature, type ResponsePlan } from '../../support/receiver.js';

interface Result {
  delivered: boolean;
  responseStatusCode: number | null;
  durationMs: number;
  errorCode: string | null;
  code?: string;
}

const UUID_V7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

describe('a test send', () => {
  eachHost((host) => {
    let receiver: Receiver;
    let tenantUid: string;
    let api: ApiClient;

    beforeAll(async () => {
      receiver = await Receiver.start();
    });
    afterAll(() => receiver?.close());
    beforeEach(() => {
      tenantUid = newTenant();
      api = host().api(tenantUid);
    });
    afterEach(() => receiver.reset());

    const create = async (uid = 'erp', settings: object = {}): Promise<string> => {
      const { status, body } = await api.post<{ signingSecret: string }>('/httptransports', {
        httpTransportUid: uid,
        name: 'ERP',
        url: receiver.url,
        ...settings,
      });
      expect(status).toBe(200);
      return body.signingSecret;
    };
    const test = (body?: object, uid = 'erp'): Promise<ApiResponse<Result>> =>
      api.request<Result>('POST', `/httptransports/${uid}/test`, body);

    it('arrives as a delivery would, and says that it is a test', async () => {
      const signingSecret = await create('erp', {
        headers: [{ key: 'X-Shop', value: 'shop 70' }],
        securityType: 'BEARER_TOKEN',
        token: 'a-token',
      });
      const { status, body } = await test({ action: 'STOCK_CHANGE' });
      expect([status, body]).toEqual([
        200,
        { delivered: true, responseStatusCode: 204, durationMs: expect.any(Number), errorCode: null },
      ]);
      expect(Number.isInteger(body.durationMs)).toBe(true);
      const [request] = receiver.requests;
      expect(receiver.requests).toHaveLength(1);
      expect(request).toMatchObject({
        method: 'POST',
        path: '/hook',
        headers: {
          'content-type': 'application/json',
          'webhook-id': expect.stringMatching(UUID_V7),
          'x-webhook-action': 'STOCK_CHANGE',
          'x-webhook-attempt': '1',
          'x-webhook-test': 'true',
          'x-shop': 'shop 70',
          authorization: 'Bearer a-token',
        },
      });
      expect(request!.headers).not.toHaveProperty('x-webhook-delivery');
      expect(request!.headers).not.toHaveProperty('x-webhook-sequence');
      verifySignature(request!, signingSecret);
      expect(jsonOf(request!)).toMatchObject({
        action: 'STOCK_CHANGE',
        tenant: { Uid: tenantUid },
        warehouse: { Uid: '20' },
        product: { Uid: '5001' },
      });
    });

    it.each([
      [undefined, 'PRODUCT_CREATE'],
      ['*', 'PRODUCT_CREATE'],
      ['ORDER_*', 'ORDER_SETTLED'],
      ['TILL_OPEN', 'TILL_OPEN'],
    ])(
      'with a webhook for %s (undefined: no webhook) and no action in the request carries %s',
      async (pattern, action) => {
        await create();
        if (pattern) await api.post('/httptransports/erp/webhooks', { action: pattern });
        expect((await test({})).body.delivered).toBe(true);
        expect(receiver.requests[0]!.headers['x-webhook-action']).toBe(action);
      },
    );

    it.each<[string, ResponsePlan, Omit<Result, 'durationMs'>]>([
      [
        'an error',
        { status: 500, body: 'secret stack trace' },
        { delivered: false, responseStatusCode: 500, errorCode: null },
      ],
      ['410', { status: 410 }, { delivered: false, responseStatusCode: 410, errorCode: null }],
      [
        'a 429 with Retry-After',
        { status: 429, headers: { 'retry-after': '3600' } },
        { delivered: false, responseStatusCode: 429, errorCode: null },
      ],
      [
        'a redirect',
        { status: 302, headers: { location: 'http://127.0.0.1:9/' } },
        { delivered: false, responseStatusCode: 302, errorCode: null },
      ],
      ['silence', 'hang', { delivered: false, responseStatusCode: null, errorCode: 'TIMEOUT' }],
      [
        'a broken connection',
        'reset',
        { delivered: false, responseStatusCode: null, errorCode: 'CONNECTION_RESET' },
      ],
    ])('that meets %s says so, and changes nothing', async (_what, response, result) => {
      await create('erp', { timeoutMs: 300 });
      const before = await everything();
      receiver.respond(response);
      const { status, body } = await test();
      expect([status, body]).toEqual([200, { ...result, durationMs: expect.any(Number) }]);
      expect(receiver.requests).toHaveLength(1);
      expect(body.durationMs).toBeLessThan(1_000);
      expect(await everything()).toEqual(before);
    });

    it('goes to a transport that is paused, and to one that is disabled', async () => {
      for (const command of ['pause', 'disable']) {
        await create(command);
        await api.request('POST', `/httptransports/${command}/${command}`);
        expect((await test({}, command)).body).toMatchObject({ delivered: true });
      }
      expect(receiver.requests).toHaveLength(2);
    });

    it('gets 429 when it comes too soon, and a time at which to try again', async () => {
      await create();
      expect((await test()).status).toBe(200);
      const again = await test();
      expect([again.status, again.body]).toEqual([
        429,
        {
          statusCode: 429,
          error: 'Too Many Requests',
          code: 'RATE_LIMITED',
          message: [expect.stringMatching(/try again in [1-5] s/)],
        },
      ]);
      expect(Number(again.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(Number(again.headers.get('retry-after'))).toBeLessThanOrEqual(5);
      expect(receiver.requests).toHaveLength(1);
      await create('crm');
      expect((await test({}, 'crm')).status).toBe(200);
    });

    it('gets 429 when the tenant has used up its tests, also for a transport that was created anew', async () => {
      const uids = Array.from({ length: 24 }, (_, index) => `t-${index}`);
      for (const uid of uids) await create(uid);
      const responses = await Promise.all(uids.map((uid) => test({}, uid)));
      const refused = responses.filter(({ status }) => status === 429);
      // A turn becomes free every three seconds, so up to two more tests may have been sent.
      expect(refused.length).toBeGreaterThanOrEqual(2);
      expect(refused.length).toBeLessThanOrEqual(4);
      expect(receiver.requests.length).toBe(24 - refused.length);
      await api.delete('/httptransports/t-0');
      await create('t-0');
      expect((await test({}, 't-0')).status).toBe(429);

      api = host().api(newTenant());
      await create();
      expect((await test()).status).toBe(200);
    });

    it.each([
      [{ action: 'NO_SUCH' }, 400, 'UNKNOWN_ACTION'],
      [{ action: 'ORDER_*' }, 400, 'UNKNOWN_ACTION'],
      [{ action: 'constructor' }, 400, 'UNKNOWN_ACTION'],
      [{ action: 7 }, 400, 'VALIDATION_FAILED'],
      [{ action: null }, 400, 'VALIDATION_FAILED'],
      [{ action: 'A'.repeat(65) }, 400, 'VALIDATION_FAILED'],
      [{ url: 'http://127.0.0.1/' }, 400, 'VALIDATION_FAILED'],
    ])('with %j is refused, and does not count towards the rate limit', async (body, status, code) => {
      await create();
      const refused = await test(body);
      expect([refused.status, refused.body.code]).toEqual([status, code]);
      expect((await test()).status).toBe(200);
      expect(receiver.requests).toHaveLength(1);
    });

    it('is 404 for a transport that does not exist', async () => {
      const { status, body } = await test({}, 'none');
      expect([status, body.code]).toEqual([404, 'HTTP_TRANSPORT_NOT_FOUND']);
    });

    /** All rows of transports, webhooks, events and deliveries. */
    const everything = (): Promise<unknown[]> =>
      Promise.all(
        ['http_transport', 'webhook', 'event', 'outbox', 'delivery', 'queue', 'lane', 'attempt'].map(
          (table) => host().dataSource.query(`SELECT * FROM webhook_${table} ORDER BY 1, 2`),
        ),
      );
  });
});
