import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eachDatabase } from '../../support/databases.js';
import { SampleApp } from './sample-app.js';
import type { Call } from './sample-client.js';

describe('the sample app', () => {
  eachDatabase((db) => {
    let app: SampleApp;
    let call: Call;
    beforeAll(async () => {
      app = await SampleApp.start(db(), { WEBHOOKS_WORKER: 'false' });
      call = await app.signIn();
      await call('POST', '/products', { productUid: 'tea', name: 'Tea' });
      await call('PUT', '/warehouses/central/stock/tea', { quantity: 3 });
      const order = { orderUid: 'paid', lines: [{ productUid: 'tea', quantity: 2, unitAmount: 100 }] };
      await call('POST', '/stores/main/orders', { ...order, payments: [{ amount: 200 }] });
      await call('POST', '/stores/main/orders', { ...order, orderUid: 'open' });
      await call('POST', '/purchases', {
        purchaseUid: 'po',
        warehouseUid: 'central',
        supplier: 'S',
        lines: [{ productUid: 'tea', quantity: 2 }],
      });
    });
    afterAll(() => app?.close());

    const sale = (changes: Record<string, unknown>) => ({
      lines: [{ productUid: 'tea', quantity: 1, unitAmount: 100 }],
      ...changes,
    });

    it.each<[number, string, Parameters<Call>]>([
      [400, 'a name of no characters', ['POST', '/products', { name: '' }]],
      [400, 'a name that is no text', ['POST', '/products', { name: 5 }]],
      [400, 'a name with a NUL', ['POST', '/products', { name: 'a\u0000' }]],
      [400, 'a name that is too long', ['POST', '/products', { name: 'x'.repeat(201) }]],
      [400, 'a uid that is not valid', ['POST', '/products', { name: 'a', productUid: 'a/b' }]],
      [400, 'a uid with a line break', ['POST', '/products', { name: 'a', productUid: 'a\n' }]],
      [400, 'a uid that is null', ['POST', '/products', { name: 'a', productUid: null }]],
      [400, 'an unknown member', ['POST', '/products', { name: 'a', price: 5 }]],
      [400, 'a list for a body', ['POST', '/products', []]],
      [409, 'a uid that is taken', ['POST', '/products', { name: 'a', productUid: 'tea' }]],
      [404, 'an unknown product', ['GET', '/products/coffee']],
      [404, 'a uid in the path that is not valid', ['GET', '/products/%00']],
      [404, 'a price of an unknown product', ['POST', '/products/coffee/prices', { amount: 5 }]],
      [400, 'a negative price', ['POST', '/products/tea/prices', { amount: -1 }]],
      [400, 'a fractional price', ['POST', '/products/tea/prices', { amount: 1.5 }]],
      [400, 'media without a URL', ['POST', '/products/tea/media', { url: 'nowhere' }]],
      [404, 'stock of an unknown warehouse', ['PUT', '/warehouses/attic/stock/tea', { quantity: 1 }]],
      [409, 'stock below nothing', ['POST', '/warehouses/central/stock/tea/adjustments', { by: -4 }]],
      [404, 'a sale in an unknown store', ['POST', '/stores/nowhere/orders', sale({})]],
      [
        404,
        'a sale of an unknown product',
        ['POST', '/stores/main/orders', sale({ lines: [{ productUid: 'x', quantity: 1 }] })],
      ],
      [
        404,
        'a sale to an unknown customer',
        ['POST', '/stores/main/orders', sale({ customerUid: 'nobody' })],
      ],
      [
        409,
        'a sale on a closed till',
        ['POST', '/stores/main/orders', sale({ tillUid: 'till-1', payments: [{ amount: 1 }] })],
      ],
      [
        409,
        'a sale without a price',
        ['POST', '/stores/main/orders', sale({ lines: [{ productUid: 'tea', quantity: 1 }] })],
      ],
      [
        409,
        'a sale that is overpaid',
        ['POST', '/stores/main/orders', sale({ payments: [{ amount: 101 }] })],
      ],
      [409, 'goods handed over unpaid', ['POST', '/stores/main/orders', sale({ warehouseUid: 'central' })]],
      [400, 'a sale without lines', ['POST', '/stores/main/orders', sale({ lines: [] })]],
      [400, 'a sale with a null warehouse', ['POST', '/stores/main/orders', sale({ warehouseUid: null })]],
      [
        400,
        'a sale that costs too much',
        [
          'POST',
          '/stores/main/orders',
          sale({ lines: Array(3).fill({ productUid: 'tea', quantity: 10_000, unitAmount: 100_000 }) }),
        ],
      ],
      [409, 'an order uid that is taken', ['POST', '/stores/main/orders', sale({ orderUid: 'paid' })]],
      [409, 'paying twice', ['POST', '/stores/main/orders/paid/payments', { amount: 1 }]],
      [
        409,
        'delivering more than was sold',
        ['POST', '/stores/main/orders/paid/deliveries', { lines: [{ lineNumber: 1, quantity: 3 }] }],
      ],
      [
        400,
        'delivering a line that is not there',
        ['POST', '/stores/main/orders/paid/deliveries', { lines: [{ lineNumber: 2, quantity: 1 }] }],
      ],
      [
        400,
        'delivering a line twice',
        [
          'POST',
          '/stores/main/orders/paid/deliveries',
          {
            lines: [
              { lineNumber: 1, quantity: 1 },
              { lineNumber: 1, quantity: 1 },
            ],
          },
        ],
      ],
      [409, 'delivering an unpaid order', ['POST', '/stores/main/orders/open/deliveries', {}]],
      [409, 'a receipt of an unpaid order', ['POST', '/stores/main/orders/open/receipts', {}]],
      [
        400,
        'an unknown handling state',
        ['PUT', '/stores/main/orders/open/handlingstate', { state: 'LOST' }],
      ],
      [409, 'closing a closed till', ['POST', '/stores/main/tills/till-1/close', { countedAmount: 1 }]],
      [404, 'opening an unknown till', ['POST', '/stores/main/tills/till-9/open', { openingAmount: 1 }]],
      [
        409,
        'receiving more than was ordered',
        ['POST', '/purchases/po/receipts', { lines: [{ lineNumber: 1, quantity: 3 }] }],
      ],
    ])('responds with %i to %s', async (status, _what, request) => {
      const response = await call(...request);
      expect(response).toMatchObject({ status, body: { statusCode: status } });
    });

    it('changes nothing for the requests that it has refused', async () => {
      expect((await call('GET', '/warehouses/central/stock')).body.items).toEqual([
        { warehouseUid: 'central', productUid: 'tea', quantity: 3 },
      ]);
      expect((await call('GET', '/products')).body.items).toEqual([{ productUid: 'tea', name: 'Tea' }]);
      expect((await call('GET', '/stores/main/orders/paid')).body).toMatchObject({
        state: 'SETTLED',
        paidAmount: 200,
      });
    });

    it('refuses a second receipt, and a second opening of the till', async () => {
      expect(await call('POST', '/stores/main/orders/paid/receipts', {})).toMatchObject({ status: 200 });
      expect(await call('POST', '/stores/main/orders/paid/receipts', {})).toMatchObject({ status: 409 });
      const opening = { openingAmount: 1 };
      expect(await call('POST', '/stores/main/tills/till-1/open', opening)).toMatchObject({ status: 200 });
      expect(await call('POST', '/stores/main/tills/till-1/open', opening)).toMatchObject({ status: 409 });
    });

    it('sells no more than the stock, also if sales run at once', async () => {
      await call('POST', '/products', { productUid: 'bun', name: 'Bun' });
      await call('PUT', '/warehouses/central/stock/bun', { quantity: 10 });
      const lines = [{ productUid: 'bun', quantity: 1, unitAmount: 100 }];
      const body = { warehouseUid: 'central', lines, payments: [{ amount: 100 }] };
      const sales = Array.from({ length: 16 }, () => call('POST', '/stores/main/orders', body));
      const statuses = (await Promise.all(sales)).map(({ status }) => status);
      expect(statuses.sort()).toEqual([...Array<number>(10).fill(200), ...Array<number>(6).fill(409)]);
      const stock = await call('GET', '/warehouses/central/stock');
      expect(stock.body.items).toContainEqual({ warehouseUid: 'central', productUid: 'bun', quantity: 0 });
    });

    it('settles an order once if payments are taken at once, and adds the accepted ones to the till', async () => {
      const till = async () => {
        const { body } = await call<{ items: { expectedAmount: number }[] }>('GET', '/stores/main/tills');
        return body.items[0]?.expectedAmount ?? Number.NaN;
      };
      const before = await till();
      await call('POST', '/stores/main/orders', sale({ orderUid: 'shared', tillUid: 'till-1' }));
      const shares = Array.from({ length: 10 }, () =>
        call('POST', '/stores/main/orders/shared/payments', { amount: 20 }),
      );
      const statuses = (await Promise.all(shares)).map(({ status }) => status);
      expect(statuses.sort()).toEqual([...Array<number>(5).fill(200), ...Array<number>(5).fill(409)]);
      expect((await till()) - before).toBe(100);
    });
  });
});
