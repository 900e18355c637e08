import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import {
  ApiError,
  HttpTransports,
  WebhookDeliveries,
  Webhooks,
  WebhooksError,
  type CreateHttpTransport,
  type HttpTransport,
  type Webhook,
} from 'nestjs-tillhook';
import { createMigratedDatabase, eachDatabase } from '../../support/databases.js';
import { newTenant } from '../../support/each-host.js';
import { eventually } from '../../support/eventually.js';
import { Receiver, verifySignature } from '../../support/receiver.js';
import { DATABASE_KINDS, type TestDatabase } from '../../support/test-database.js';
import { TestHost } from '../../support/test-host.js';

const MASK = '********';
const TRANSPORT = { httpTransportUid: 'erp', name: 'ERP', url: 'https://erp.example.com/hook' };

const service = <T>(host: TestHost, type: Type<T>): T => host.app.get(type, { strict: false });

/** The error with which an operation from code was rejected. */
async function errorOf(operation: Promise<unknown>): Promise<ApiError> {
  const error = await operation.then(
    (result) => new Error(`It was accepted: ${JSON.stringify(result)}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ApiError)) throw error as Error;
  expect(error).toBeInstanceOf(WebhooksError);
  return error;
}

describe('the admin API from code', () => {
  eachDatabase((database) => {
    let host: TestHost;
    let receiver: Receiver;
    let tenantUid: string;
    let transports: HttpTransports;
    let webhooks: Webhooks;
    let deliveries: WebhookDeliveries;

    beforeAll(async () => {
      receiver = await Receiver.start();
      host = await TestHost.start({ database: database(), webhooks: { maxTransportsPerTenant: 3 } });
      transports = service(host, HttpTransports);
      webhooks = service(host, Webhooks);
      deliveries = service(host, WebhookDeliveries);
    });
    afterAll(async () => {
      await host?.close();
      await receiver?.close();
    });
    beforeEach(() => {
      receiver.reset();
      tenantUid = newTenant();
    });

    const api = () => host.api(tenantUid);

    it('creates, reads, lists, changes and deletes a transport as REST does, with secrets masked', async () => {
      const created = await transports.create(tenantUid, {
        ...TRANSPORT,
        securityType: 'BEARER',
        token: 'abc',
        headers: [{ key: 'x-shop', value: '70' }],
        timeoutMs: undefined,
      });
      const { signingSecret, ...shown } = created;
      expect(signingSecret).toMatch(/^whsec_/);
      expect(shown).toMatchObject({ securityType: 'BEARER', token: MASK, timeoutMs: null });
      expect((await api().get('/httptransports/erp')).body).toEqual(shown);
      expect(await transports.get(tenantUid, 'erp')).toEqual(shown);
      expect(await transports.list(tenantUid)).toEqual((await api().get('/httptransports')).body);

      const changed = await transports.update(tenantUid, 'erp', { ...shown, name: 'Renamed' });
      expect(changed).toEqual({ ...shown, name: 'Renamed', lastModifiedAt: expect.any(String) });
      await transports.delete(tenantUid, 'erp');
      expect((await errorOf(transports.get(tenantUid, 'erp'))).code).toBe('HTTP_TRANSPORT_NOT_FOUND');
    });

    it('lists a page in the order that is asked for', async () => {
      for (const uid of ['a', 'b', 'c'])
        await transports.create(tenantUid, { ...TRANSPORT, httpTransportUid: uid });
      const page = await transports.list(tenantUid, {
        pageNumber: 1,
        pageSize: 2,
        sortBy: 'httpTransportUid',
        sortDirection: 'DESC',
      });
      expect(page.items.map(({ httpTransportUid }) => httpTransportUid)).toEqual(['c', 'b']);
      expect(page.paging).toEqual({ pageNumber: 1, pageSize: 2, totalCount: 3 });
    });

    it.each<[string, object]>([
      ['a private address', { ...TRANSPORT, url: 'https://10.0.0.1/hook' }],
      ['a header of the module', { ...TRANSPORT, headers: [{ key: 'webhook-id', value: '1' }] }],
      ['a missing name', { url: TRANSPORT.url }],
      ['an unknown member', { ...TRANSPORT, colour: 'red' }],
      ['a number as text', { ...TRANSPORT, maxConcurrency: '8' }],
      ['a uid that is not valid', { ...TRANSPORT, httpTransportUid: 'a b' }],
      ['a mask where nothing is stored', { ...TRANSPORT, token: MASK }],
      ['credentials that are missing', { ...TRANSPORT, securityType: 'BASIC_AUTH' }],
      ['a signing secret that is not valid', { ...TRANSPORT, signingSecret: 'whsec_x' }],
      ['a list instead of an object', [TRANSPORT]],
    ])('rejects %s with the status, code and messages of REST', async (_what, input) => {
      const rest = await api().post<{ message: string[] }>('/httptransports', input);
      const error = await errorOf(transports.create(tenantUid, input as CreateHttpTransport));
      const response = error.getResponse() as { message: string[] };
      const messages = rest.body.message.map((message) => message.replace('The body', 'The input'));
      expect({ ...response, status: error.getStatus() }).toEqual({
        ...rest.body,
        message: messages,
        status: rest.status,
      });
      expect(rest.status).toBe(400);
    });

    it.each<[string, unknown, string]>([
      ['no input', undefined, 'The input must be a JSON object.'],
      ['NaN', { ...TRANSPORT, timeoutMs: NaN }, 'timeoutMs must be an integer number'],
      ['an object that contains itself', cyclic(), 'The input is nested more than 8 levels deep.'],
    ])('rejects %s, which REST cannot receive', async (_what, input, message) => {
      const error = await errorOf(transports.create(tenantUid, input as CreateHttpTransport));
      expect(error.code).toBe('VALIDATION_FAILED');
      expect((error.getResponse() as { message: string[] }).message).toContain(message);
    });

    it.each<[string, () => Promise<unknown>, string]>([
      ['tenant', () => transports.list("x' OR 1=1"), 'tenantUid must be'],
      ['transport', () => transports.pause(tenantUid, '../a'), 'httpTransportUid must be'],
      ['webhook', () => webhooks.delete(tenantUid, 'erp', ''), 'webhookUid must be'],
      ['delivery', () => deliveries.get(tenantUid, undefined as unknown as string), 'deliveryUid must be'],
    ])('rejects a uid that cannot be one: %s', async (_what, operation, message) => {
      const error = await errorOf(operation());
      expect(JSON.stringify(error.getResponse())).toContain(message);
    });

    it('applies the quota; a uid that is taken gets UID_TAKEN even if the quota is reached', async () => {
      for (const uid of ['erp', 'b', 'c'])
        await transports.create(tenantUid, { ...TRANSPORT, httpTransportUid: uid });
      const more = { ...TRANSPORT, httpTransportUid: 'd' };
      expect((await errorOf(transports.create(tenantUid, more))).code).toBe('QUOTA_EXCEEDED');
      expect((await errorOf(transports.create(tenantUid, TRANSPORT))).code).toBe('UID_TAKEN');
    });

    it('does not send stored secrets to another origin', async () => {
      await transports.create(tenantUid, { ...TRANSPORT, securityType: 'BEARER_TOKEN', token: 'abc' });
      const moved = transports.update(tenantUid, 'erp', { url: 'https://other.example.com' });
      expect((await errorOf(moved)).code).toBe('CREDENTIALS_REQUIRED');
    });

    it("reaches no other tenant's rows", async () => {
      await transports.create(tenantUid, TRANSPORT);
      await webhooks.create(tenantUid, 'erp', { webhookUid: 'all', action: '*' });
      const other = newTenant();
      for (const operation of [
        transports.get(other, 'erp'),
        transports.update(other, 'erp', { name: 'Mine' }),
        transports.delete(other, 'erp'),
        transports.pause(other, 'erp'),
        transports.rotateSecret(other, 'erp'),
        transports.test(other, 'erp'),
        webhooks.create(other, 'erp', { action: '*' }),
        webhooks.get(other, 'erp', 'all'),
      ])
        expect((await errorOf(operation)).code).toBe('HTTP_TRANSPORT_NOT_FOUND');
      expect((await webhooks.list(other)).items).toEqual([]);
    });

    it('pauses, resumes, disables and enables, and refuses what REST refuses', async () => {
      await transports.create(tenantUid, TRANSPORT);
      const stateOf = async (changed: Promise<HttpTransport>) => {
        const { state, disabledReason } = await changed;
        return [state, disabledReason];
      };
      expect(await stateOf(transports.pause(tenantUid, 'erp'))).toEqual(['PAUSED', null]);
      expect(await stateOf(transports.resume(tenantUid, 'erp'))).toEqual(['ACTIVE', null]);
      expect(await stateOf(transports.disable(tenantUid, 'erp'))).toEqual(['DISABLED', 'ADMIN']);
      expect(await stateOf(transports.disable(tenantUid, 'erp', { reason: 'Moved' }))).toEqual([
        'DISABLED',
        'Moved',
      ]);
      expect((await errorOf(transports.pause(tenantUid, 'erp'))).code).toBe('TRANSPORT_STATE_CONFLICT');
      const long = transports.disable(tenantUid, 'erp', { reason: 'x'.repeat(65) });
      expect((await errorOf(long)).code).toBe('VALIDATION_FAILED');
      expect(await stateOf(transports.enable(tenantUid, 'erp'))).toEqual(['ACTIVE', null]);
    });

    it('rotates the secret, sends a test that it signs, and limits the rate of tests', async () => {
      await transports.create(tenantUid, { ...TRANSPORT, url: receiver.url });
      const { signingSecret } = await transports.rotateSecret(tenantUid, 'erp', { overlapHours: 0 });
      const outOfRange = transports.rotateSecret(tenantUid, 'erp', { overlapHours: 169 });
      expect((await errorOf(outOfRange)).code).toBe('VALIDATION_FAILED');
      const result = await transports.test(tenantUid, 'erp', { action: 'TILL_OPEN' });
      expect(result).toMatchObject({ delivered: true, responseStatusCode: 204, errorCode: null });
      verifySignature((await receiver.waitFor(1))[0]!, signingSecret);
      const again = await errorOf(transports.test(tenantUid, 'erp'));
      expect([again.code, again.retryAfterSeconds]).toEqual(['RATE_LIMITED', expect.any(Number)]);
    });

    it('creates, reads, lists, changes and deletes webhooks as REST does', async () => {
      await transports.create(tenantUid, TRANSPORT);
      const path = '/httptransports/erp/webhooks';
      const created: Webhook = await webhooks.create(tenantUid, 'erp', {
        webhookUid: 'orders',
        action: 'ORDER_*',
      });
      expect((await api().get(`${path}/orders`)).body).toEqual(created);
      expect(await webhooks.get(tenantUid, 'erp', 'orders')).toEqual(created);
      expect(await webhooks.list(tenantUid, { httpTransportUid: 'erp' })).toEqual(
        (await api().get(path)).body,
      );
      expect((await webhooks.list(tenantUid, { httpTransportUid: 'other' })).items).toEqual([]);
      const changed = await webhooks.update(tenantUid, 'erp', 'orders', { enabled: false });
      expect(changed).toMatchObject({ action: 'ORDER_*', enabled: false });
      const unknown = webhooks.update(tenantUid, 'erp', 'orders', { action: 'NO_SUCH_ACTION' });
      expect((await errorOf(unknown)).code).toBe('UNKNOWN_ACTION');
      await webhooks.delete(tenantUid, 'erp', 'orders');
      expect((await errorOf(webhooks.get(tenantUid, 'erp', 'orders'))).code).toBe('WEBHOOK_NOT_FOUND');
    });

    it('lists deliveries page by page and by date, and reads one with its attempts', async () => {
      await transports.create(tenantUid, { ...TRANSPORT, url: receiver.url });
      await webhooks.create(tenantUid, 'erp', { action: '*' });
      for (const uid of ['1', '2', '3'])
        await host.emitter.emit('ORDER_SETTLED', { order: { Uid: uid } }, { tenantUid });
      await eventually(
        async () => (await deliveries.list(tenantUid, { status: 'DELIVERED' })).items.length === 3,
      );
      const first = await deliveries.list(tenantUid, { pageSize: 2 });
      const { nextCursor } = first.paging;
      const rest = await deliveries.list(tenantUid, { pageSize: 2, cursor: nextCursor! });
      expect([...first.items, ...rest.items]).toEqual((await deliveries.list(tenantUid)).items);
      expect(await deliveries.list(tenantUid)).toEqual((await api().get('/deliveries')).body);

      const { deliveryUid } = first.items[0]!;
      expect(await deliveries.get(tenantUid, deliveryUid)).toMatchObject({
        attempts: [{ responseStatusCode: 204 }],
      });
      const hourAgo = new Date(Date.now() - 3_600_000);
      expect((await deliveries.list(tenantUid, { createdTo: hourAgo })).items).toEqual([]);
      expect((await deliveries.list(tenantUid, { createdFrom: hourAgo })).items).toHaveLength(3);

      for (const [query, code] of [
        [{ cursor: '1.AAAAAAAAAAAAAAAAAAAAAA' }, 'INVALID_CURSOR'],
        [{ createdFrom: new Date(NaN) }, 'VALIDATION_FAILED'],
        [{ pageSize: 101 }, 'VALIDATION_FAILED'],
      ] as const)
        expect((await errorOf(deliveries.list(tenantUid, query))).code).toBe(code);
      expect((await errorOf(deliveries.get(newTenant(), deliveryUid))).code).toBe('DELIVERY_NOT_FOUND');
    });

    it('redelivers one delivery or several, with the refusals of REST', async () => {
      await transports.create(tenantUid, { ...TRANSPORT, url: receiver.url });
      await webhooks.create(tenantUid, 'erp', { action: '*' });
      await host.emitter.emit('ORDER_SETTLED', { order: { Uid: '1' } }, { tenantUid });
      const [delivered] = await eventually(async () => {
        const { items } = await deliveries.list(tenantUid, { status: 'DELIVERED' });
        return items.length === 1 && items;
      });
      const { deliveryUid } = delivered!;
      receiver.respondNext({ status: 204, delayMs: 1_000 });
      expect(await deliveries.redeliver(tenantUid, deliveryUid)).toMatchObject({
        ...delivered,
        status: 'PENDING',
        nextAttemptAt: expect.any(String),
        finishedAt: null,
      });
      expect((await errorOf(deliveries.redeliver(tenantUid, deliveryUid))).code).toBe('REDELIVERY_PENDING');
      expect((await errorOf(deliveries.redeliver(newTenant(), deliveryUid))).code).toBe('DELIVERY_NOT_FOUND');
      expect((await errorOf(deliveries.redeliverMany(tenantUid, []))).code).toBe('VALIDATION_FAILED');
      await eventually(async () => (await deliveries.get(tenantUid, deliveryUid)).status === 'DELIVERED');
      expect(await deliveries.redeliverMany(tenantUid, [deliveryUid, deliveryUid, 'none'])).toEqual({
        results: [
          { deliveryUid, accepted: true, code: null, message: null },
          { deliveryUid: 'none', accepted: false, code: 'DELIVERY_NOT_FOUND', message: expect.any(String) },
        ],
      });
      await receiver.waitFor(3);
    });
  });
});

describe.each(DATABASE_KINDS)(
  'the admin API from code, in a process with neither controllers nor worker, on %s',
  (kind) => {
    let database: TestDatabase;
    let host: TestHost | undefined;
    const { NODE_ENV } = process.env;

    beforeEach(async () => {
      database = await createMigratedDatabase(kind);
    });
    afterEach(async () => {
      process.env['NODE_ENV'] = NODE_ENV;
      await host?.close();
      host = undefined;
      await database.drop();
    });

    const start = async (webhooks: object): Promise<HttpTransports> => {
      const alone = { accessPolicy: undefined, controllers: false, worker: false };
      host = await TestHost.start({ database, webhooks: { ...alone, ...webhooks } });
      return service(host, HttpTransports);
    };
    const storedSecret = async (): Promise<string> => {
      const [row] = await host!.dataSource.query<{ token: string }[]>(
        'SELECT token FROM webhook_http_transport',
      );
      return row!.token;
    };
    const withToken = { ...TRANSPORT, securityType: 'BEARER_TOKEN', token: 'abc' } as const;

    it('fetches the keys when they are first needed, and encrypts with them', async () => {
      let fetched = 0;
      const keys = () => {
        fetched += 1;
        return [{ id: 'k1', key: Buffer.alloc(32, 1) }];
      };
      const transports = await start({ keyProvider: { useValue: { keys } } });
      expect(fetched).toBe(0);
      await transports.list('shop');
      expect(fetched).toBe(0);
      await transports.create('shop', withToken);
      await transports.update('shop', 'erp', { name: 'Renamed' });
      expect(fetched).toBe(1);
      expect(await storedSecret()).toMatch(/^v1:k1:/);
    });

    it('stores nothing in plain text in production: it says that the keys are missing', async () => {
      process.env['NODE_ENV'] = 'production';
      const transports = await start({});
      await expect(transports.create('shop', withToken)).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringContaining('encryption.keys'),
      });
      expect((await transports.list('shop')).items).toEqual([]);
    });

    it('says with the code of REST that tables are missing', async () => {
      const transports = await start({});
      for (const table of ['webhook_webhook', 'webhook_http_transport'])
        await host!.dataSource.query(`ALTER TABLE ${table} RENAME TO gone_${table.slice(8)}`);
      const error = await errorOf(transports.list('shop'));
      expect([error.getStatus(), error.code]).toEqual([503, 'TABLES_MISSING']);
    });
  },
);

function cyclic(): object {
  const input: Record<string, unknown> = { ...TRANSPORT };
  input['self'] = input;
  return input;
}
