import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { foreignSigners, type SignedWebhook } from '../../support/foreign-signers.js';
import { createMigratedDatabase, eachDatabase } from '../../support/databases.js';
import { SampleApp } from './sample-app.js';
import type { Call } from './sample-client.js';

const SECRET = 'whsec_of_the_payment_provider';
const env = { WEBHOOKS_WORKER: 'false', PAYMENT_WEBHOOK_SECRETS: `whsec_the_old_one,${SECRET}` };

const METADATA = ['data', 'object', 'metadata'];
const AMOUNT = ['data', 'object', 'amount_received'];

const at = (): number => Math.floor(Date.now() / 1_000);

/** A Stripe event about a payment of 500 for an order. */
const payment = (id: string, orderUid: string, type = 'payment_intent.succeeded'): string => {
  const metadata = { tenantUid: 'demo', storeUid: 'main', orderUid, userUid: 'cashier' };
  return JSON.stringify({ id, type, data: { object: { amount_received: 500, metadata } } });
};

const postTo = async (app: SampleApp, webhook: SignedWebhook): Promise<number> =>
  (await post(app, webhook)).status;

/** The event with one member replaced; the names of the path are those of nested members. */
function altered(event: string, path: readonly string[], value: unknown): string {
  const copy = JSON.parse(event) as Record<string, unknown>;
  let parent = copy;
  for (const name of path.slice(0, -1)) parent = parent[name] as Record<string, unknown>;
  parent[path.at(-1)!] = value;
  return JSON.stringify(copy);
}

async function post(app: SampleApp, { headers, body }: SignedWebhook): Promise<Response> {
  return fetch(`${app.url}/v2/payments/stripe`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close', ...headers },
    body,
  });
}

describe('POST /v2/payments/stripe', () => {
  eachDatabase((db) => {
    let app: SampleApp;
    let call: Call;
    beforeAll(async () => {
      app = await SampleApp.start(db(), env);
      call = await app.signIn();
      await call('POST', '/products', { productUid: 'tea', name: 'Tea' });
      await call('POST', '/products/tea/prices', { amount: 500 });
    });
    afterAll(() => app.close());

    const order = async (orderUid: string): Promise<void> => {
      const lines = [{ productUid: 'tea', quantity: 1 }];
      expect((await call('POST', '/stores/main/orders', { orderUid, lines })).status).toBe(200);
    };
    const stateOf = async (orderUid: string): Promise<unknown> => {
      const { body } = await call('GET', `/stores/main/orders/${orderUid}`);
      return body['state'];
    };

    it('pays the order once, however often the provider sends the event', async () => {
      await order('o-1');
      const event = foreignSigners.stripe([SECRET], payment('evt_1', 'o-1'), at());
      expect([await postTo(app, event), await postTo(app, event)]).toEqual([204, 204]);
      expect(await stateOf('o-1')).toBe('SETTLED');
    });

    it('does the work at the retry if it failed at first', async () => {
      const event = foreignSigners.stripe([SECRET], payment('evt_2', 'o-2'), at());
      expect(await postTo(app, event)).toBe(404);
      await order('o-2');
      expect(await postTo(app, event)).toBe(204);
      expect(await stateOf('o-2')).toBe('SETTLED');
    });

    it('refuses another secret, an altered body and an old time', async () => {
      await order('o-3');
      const body = payment('evt_3', 'o-3');
      const event = foreignSigners.stripe([SECRET], body, at());
      expect(await postTo(app, foreignSigners.stripe(['whsec_other'], body, at()))).toBe(401);
      expect(await postTo(app, { ...event, body: body.replace('500', '501') })).toBe(401);
      expect(await postTo(app, foreignSigners.stripe([SECRET], body, at() - 600))).toBe(401);
      expect(await stateOf('o-3')).toBe('OPEN');
    });

    const send = (body: string): Promise<Response> => post(app, foreignSigners.stripe([SECRET], body, at()));

    it.each([
      ['another type', payment('evt_4', 'o-1', 'charge.refunded')],
      ['another type with data of another form', JSON.stringify({ id: 'evt_5', type: 'v2.ping', data: [7] })],
      ['another type without data', JSON.stringify({ id: 'evt_6', type: 'v1.ping' })],
      ['a payment of another application', altered(payment('evt_7', ''), METADATA, {})],
      [
        'a payment of another application with metadata of its own',
        altered(payment('evt_8', ''), METADATA, { tenantUid: ['x'], cart: '7' }),
      ],
    ])('acknowledges what it does not need: %s', async (_case, body) => {
      expect((await send(body)).status).toBe(204);
    });

    it.each<[what: string, path: string[], value: unknown, message: string]>([
      ['no type', ['type'], undefined, 'type must be a string'],
      ['no data', ['data'], undefined, 'data must be an object'],
      ['data that is a list', ['data'], [], 'data must be an object'],
      ['no object', ['data', 'object'], null, 'data.object must be an object'],
      ['no metadata', METADATA, undefined, 'data.object.metadata must be an object'],
      ['an amount that is text', AMOUNT, '500', 'data.object.amount_received must be an integer number'],
      ['an amount of 0', AMOUNT, 0, 'data.object.amount_received must not be less than 1'],
      ['an amount with decimals', AMOUNT, 5.5, 'data.object.amount_received must be an integer number'],
      ['a uid that is an object', [...METADATA, 'orderUid'], { $ne: '' }, 'metadata.orderUid must match'],
      ['a uid that is null', [...METADATA, 'orderUid'], null, 'metadata.orderUid must match'],
      ['no tenant', [...METADATA, 'tenantUid'], undefined, 'metadata.tenantUid must match'],
    ])('refuses a payment with %s with 400, and names the member', async (_case, path, value, message) => {
      const response = await send(altered(payment('evt_9', 'o-1'), path, value));
      expect([response.status, await response.json()]).toEqual([
        400,
        {
          statusCode: 400,
          error: 'Bad Request',
          message: expect.arrayContaining([expect.stringContaining(message)]),
        },
      ]);
    });

    it.each([
      ['tenant', 'tenantUid'],
      ['store', 'storeUid'],
      ['order', 'orderUid'],
      ['user', 'userUid'],
    ])('responds with 404 to a payment for a %s that does not exist', async (_case, name) => {
      const body = altered(payment('evt_10', 'o-1'), [...METADATA, name], 'unknown');
      expect((await send(body)).status).toBe(404);
    });

    it('processes the event with a member that the provider has added', async () => {
      await order('o-4');
      const body = altered(payment('evt_11', 'o-4'), ['data', 'object', 'new_member'], { a: [1] });
      expect((await send(body)).status).toBe(204);
      expect(await stateOf('o-4')).toBe('SETTLED');
    });

    it('processes a corrected event with the id of one that it refused', async () => {
      await order('o-5');
      const valid = payment('evt_12', 'o-5');
      expect((await send(altered(valid, AMOUNT, '500'))).status).toBe(400);
      expect((await send(valid)).status).toBe(204);
      expect(await stateOf('o-5')).toBe('SETTLED');
    });
  });

  it('accepts nothing without a secret', async () => {
    const database = await createMigratedDatabase('sqlite');
    const app = await SampleApp.start(database, { WEBHOOKS_WORKER: 'false' });
    expect(await postTo(app, foreignSigners.stripe([SECRET], payment('evt_1', 'o-1'), at()))).toBe(401);
    await app.close();
    await database.drop();
  });
});
