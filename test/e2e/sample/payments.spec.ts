import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { foreignSigners, type SignedWebhook } from '../../support/foreign-signers.js';
import { createDatabase, eachDatabase } from '../../support/databases.js';
import { type Call, SampleApp } from './sample-app.js';

const SECRET = 'whsec_of_the_payment_provider';
const env = { WEBHOOKS_WORKER: 'false', PAYMENT_WEBHOOK_SECRETS: `whsec_the_old_one,${SECRET}` };

const at = (): number => Math.floor(Date.now() / 1_000);

/** A Stripe event about a payment of 500 for an order. */
const payment = (id: string, orderUid: string, type = 'payment_intent.succeeded'): string => {
  const metadata = { tenantUid: 'demo', storeUid: 'main', orderUid, userUid: 'cashier' };
  return JSON.stringify({ id, type, data: { object: { amount_received: 500, metadata } } });
};

async function post(app: SampleApp, { headers, body }: SignedWebhook): Promise<number> {
  const response = await fetch(`${app.url}/v2/payments/stripe`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close', ...headers },
    body,
  });
  return response.status;
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
      expect([await post(app, event), await post(app, event)]).toEqual([204, 204]);
      expect(await stateOf('o-1')).toBe('SETTLED');
    });

    it('does the work at the retry if it failed at first', async () => {
      const event = foreignSigners.stripe([SECRET], payment('evt_2', 'o-2'), at());
      expect(await post(app, event)).toBe(404);
      await order('o-2');
      expect(await post(app, event)).toBe(204);
      expect(await stateOf('o-2')).toBe('SETTLED');
    });

    it('refuses another secret, an altered body and an old time', async () => {
      await order('o-3');
      const body = payment('evt_3', 'o-3');
      const event = foreignSigners.stripe([SECRET], body, at());
      expect(await post(app, foreignSigners.stripe(['whsec_other'], body, at()))).toBe(401);
      expect(await post(app, { ...event, body: body.replace('500', '501') })).toBe(401);
      expect(await post(app, foreignSigners.stripe([SECRET], body, at() - 600))).toBe(401);
      expect(await stateOf('o-3')).toBe('OPEN');
    });

    it('acknowledges events that it does not need', async () => {
      const event = foreignSigners.stripe([SECRET], payment('evt_4', 'o-1', 'charge.refunded'), at());
      expect(await post(app, event)).toBe(204);
    });
  });

  it('accepts nothing without a secret', async () => {
    const database = await createDatabase('sqlite');
    const app = await SampleApp.start(database, { WEBHOOKS_WORKER: 'false' });
    expect(await post(app, foreignSigners.stripe([SECRET], payment('evt_1', 'o-1'), at()))).toBe(401);
    await app.close();
    await database.drop();
  });
});
