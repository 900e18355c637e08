import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { posCatalog } from 'nestjs-tillhook';
import { eachDatabase } from '../../support/databases.js';
import { jsonOf, Receiver, verifySignature } from '../../support/receiver.js';
import { SampleApp } from './sample-app.js';
import type { Call } from './sample-client.js';

/** A reference whose number only the database knows. */
const ref = (uid: string) => ({ Id: expect.any(Number) as unknown, Uid: uid });
const tenant = ref('demo');
const [admin, cashier] = [ref('admin'), ref('cashier')];
const [product, store, till, order] = [ref('coffee'), ref('main'), ref('till-1'), ref('o-1')];
const warehouse = ref('central');

eachDatabase((db) => {
  let app: SampleApp;
  let receiver: Receiver;
  let [asAdmin, asCashier] = [] as unknown as [Call, Call];
  let signingSecret: string;

  beforeAll(async () => {
    receiver = await Receiver.start();
    app = await SampleApp.start(db());
    asAdmin = await app.signIn('admin');
    asCashier = await app.signIn('cashier');
    const transport = { httpTransportUid: 'shop', name: 'Shop', url: receiver.url };
    const created = await asAdmin<{ signingSecret: string }>('POST', '/httptransports', transport);
    signingSecret = created.body.signingSecret;
    await asAdmin('POST', '/httptransports/shop/webhooks', { action: '*', ordered: true });
  });
  afterAll(async () => {
    await app?.close();
    await receiver?.close();
  });

  /** Makes a request and returns the bodies that arrive because of it, each with its signature verified. */
  async function arrivalsOf(count: number, request: () => ReturnType<Call>) {
    receiver.reset();
    const { status, body } = await request();
    if (status >= 300) throw new Error(`responded with ${status}: ${JSON.stringify(body)}`);
    const arrived = await receiver.waitFor(count);
    arrived.forEach((delivery) => verifySignature(delivery, signingSecret));
    return arrived.map(jsonOf);
  }

  describe('the routes of the POS', () => {
    const emitted = new Set<string>();
    const line = { productUid: 'coffee', quantity: 2 };

    it.each<[string, Record<string, unknown>[], () => ReturnType<Call>]>([
      [
        'creating a product',
        [{ action: 'PRODUCT_CREATE', tenant, product, tenantUser: admin }],
        () => asAdmin('POST', '/products', { productUid: 'coffee', name: 'Coffee' }),
      ],
      [
        'changing a product',
        [{ action: 'PRODUCT_UPDATE', tenant, product, tenantUser: admin }],
        () => asAdmin('PATCH', '/products/coffee', { name: 'Filter coffee' }),
      ],
      [
        'giving it a price',
        [{ action: 'PRICE_CREATE', tenant, price: ref('p-1'), product, tenantUser: admin }],
        () => asAdmin('POST', '/products/coffee/prices', { priceUid: 'p-1', amount: 500 }),
      ],
      [
        'changing its price',
        [{ action: 'PRICE_UPDATE', tenant, price: ref('p-1'), product, tenantUser: admin }],
        () => asAdmin('PATCH', '/products/coffee/prices/p-1', { amount: 549 }),
      ],
      [
        'adding a picture',
        [{ action: 'PRODUCT_MEDIA_CHANGE', tenant, product, tenantUser: admin }],
        () =>
          asAdmin('POST', '/products/coffee/media', {
            mediaUid: 'm-1',
            url: 'https://cdn.example.com/1.jpg',
          }),
      ],
      [
        'changing a picture',
        [{ action: 'PRODUCT_MEDIA_CHANGE', tenant, product, tenantUser: admin }],
        () => asAdmin('PATCH', '/products/coffee/media/m-1', { url: 'https://cdn.example.com/2.jpg' }),
      ],
      [
        'deleting a picture',
        [{ action: 'PRODUCT_MEDIA_CHANGE', tenant, product, tenantUser: admin }],
        () => asAdmin('DELETE', '/products/coffee/media/m-1'),
      ],
      [
        'registering a customer',
        [{ action: 'CUSTOMER_CREATE', tenant, customer: ref('kari'), tenantUser: cashier }],
        () => asCashier('POST', '/customers', { customerUid: 'kari', name: 'Kari Nordmann' }),
      ],
      [
        'changing a customer',
        [{ action: 'CUSTOMER_UPDATE', tenant, customer: ref('kari'), tenantUser: cashier }],
        () => asCashier('PATCH', '/customers/kari', { name: 'Kari N.' }),
      ],
      [
        'setting stock',
        [{ action: 'STOCK_CHANGE', tenant, warehouse, product, tenantUser: admin }],
        () => asAdmin('PUT', '/warehouses/central/stock/coffee', { quantity: 10 }),
      ],
      [
        'adjusting stock',
        [{ action: 'STOCK_CHANGE', tenant, warehouse, product, tenantUser: admin }],
        () => asAdmin('POST', '/warehouses/central/stock/coffee/adjustments', { by: -1 }),
      ],
      [
        'receiving a part of a purchase',
        [{ action: 'STOCK_CHANGE', tenant, warehouse, product, tenantUser: admin }],
        async () => {
          const lines = [{ productUid: 'coffee', quantity: 20 }];
          await asAdmin('POST', '/purchases', {
            purchaseUid: 'po-1',
            warehouseUid: 'central',
            supplier: 'R',
            lines,
          });
          return asAdmin('POST', '/purchases/po-1/receipts', { lines: [{ lineNumber: 1, quantity: 15 }] });
        },
      ],
      [
        'receiving the rest of a purchase',
        [
          { action: 'STOCK_CHANGE', tenant, warehouse, product, tenantUser: admin },
          { action: 'PURCHASE_RECEIVED', tenant, purchase: ref('po-1'), warehouse, tenantUser: admin },
        ],
        () => asAdmin('POST', '/purchases/po-1/receipts', {}),
      ],
      [
        'opening a till',
        [{ action: 'TILL_OPEN', tenant, store, till, tenantUser: cashier }],
        () => asCashier('POST', '/stores/main/tills/till-1/open', { openingAmount: 10_000 }),
      ],
      [
        'paying an order in full',
        [{ action: 'ORDER_SETTLED', tenant, store, order, tenantUser: cashier }],
        async () => {
          const sale = { orderUid: 'o-1', tillUid: 'till-1', customerUid: 'kari', lines: [line] };
          await asCashier('POST', '/stores/main/orders', { ...sale, payments: [{ amount: 1000 }] });
          return asCashier('POST', '/stores/main/orders/o-1/payments', { amount: 98 });
        },
      ],
      [
        'settling its receipt',
        [{ action: 'ORDER_RECEIPT_SETTLED', tenant, store, order, receipt: ref('r-1'), tenantUser: cashier }],
        () => asCashier('POST', '/stores/main/orders/o-1/receipts', { receiptUid: 'r-1' }),
      ],
      [
        'moving its handling on',
        [
          {
            action: 'ORDER_HANDLING_STATE_CHANGED',
            tenant,
            store,
            order,
            orderHandling: order,
            tenantUser: cashier,
          },
        ],
        () => asCashier('PUT', '/stores/main/orders/o-1/handlingstate', { state: 'READY' }),
      ],
      [
        'delivering the rest of its lines',
        [{ action: 'ORDER_DELIVERED', tenant, store, order, tenantUser: cashier }],
        async () => {
          const part = { lines: [{ lineNumber: 1, quantity: 1 }] };
          await asCashier('POST', '/stores/main/orders/o-1/deliveries', part);
          return asCashier('POST', '/stores/main/orders/o-1/deliveries', {});
        },
      ],
      [
        'selling something that is taken along',
        [
          { action: 'ORDER_SETTLED', tenant, store, order: ref('o-2'), tenantUser: cashier },
          { action: 'STOCK_CHANGE', tenant, warehouse, product, tenantUser: cashier },
          { action: 'ORDER_DELIVERED', tenant, store, order: ref('o-2'), tenantUser: cashier },
        ],
        () => {
          const sale = { orderUid: 'o-2', tillUid: 'till-1', warehouseUid: 'central', lines: [line] };
          return asCashier('POST', '/stores/main/orders', { ...sale, payments: [{ amount: 1098 }] });
        },
      ],
      [
        'closing the till',
        [{ action: 'TILL_CLOSED', tenant, store, till, tenantUser: cashier }],
        () => asCashier('POST', '/stores/main/tills/till-1/close', { countedAmount: 12_196 }),
      ],
      [
        'deleting a customer',
        [{ action: 'CUSTOMER_DELETE', tenant, customer: ref('kari'), tenantUser: admin }],
        () => asAdmin('DELETE', '/customers/kari'),
      ],
      [
        'deleting a price',
        [{ action: 'PRICE_DELETE', tenant, price: ref('p-1'), product, tenantUser: admin }],
        () => asAdmin('DELETE', '/products/coffee/prices/p-1'),
      ],
      [
        'deleting a product',
        [{ action: 'PRODUCT_DELETE', tenant, product, tenantUser: admin }],
        () => asAdmin('DELETE', '/products/coffee'),
      ],
    ])('emit signed events with a thin, flat body for %s', async (_what, expected, request) => {
      const arrived = await arrivalsOf(expected.length, request);
      const byAction = (a: Record<string, unknown>, b: Record<string, unknown>) =>
        String(a.action).localeCompare(String(b.action));
      expect(arrived.sort(byAction)).toEqual([...expected].sort(byAction));
      for (const body of arrived) {
        emitted.add(String(body.action));
        expect(Object.keys(body).slice(0, 2)).toEqual(['action', 'tenant']);
      }
    });

    it('emit every action of the catalog, and no other', () => {
      expect([...emitted].sort()).toEqual(Object.keys(posCatalog).sort());
      expect(emitted.size).toBe(18);
    });
  });

  it('stock, till and order agree with what was sold', async () => {
    receiver.reset();
    await asAdmin('POST', '/products', { productUid: 'tea', name: 'Tea' });
    await asAdmin('PUT', '/warehouses/central/stock/tea', { quantity: 5 });
    await asCashier('POST', '/stores/main/tills/till-1/open', { openingAmount: 1000 });
    const sale = { orderUid: 'tea-1', tillUid: 'till-1', warehouseUid: 'central' };
    const lines = [
      { productUid: 'tea', quantity: 1, unitAmount: 300 },
      { productUid: 'tea', quantity: 2, unitAmount: 250 },
    ];
    const sold = await asCashier('POST', '/stores/main/orders', {
      ...sale,
      lines,
      payments: [{ amount: 800 }],
    });
    expect(sold).toMatchObject({
      status: 200,
      body: { state: 'DELIVERED', totalAmount: 800, paidAmount: 800 },
    });
    const stock = await asAdmin('GET', '/warehouses/central/stock');
    expect(stock.body.items).toContainEqual({ warehouseUid: 'central', productUid: 'tea', quantity: 2 });
    const closed = await asCashier('POST', '/stores/main/tills/till-1/close', { countedAmount: 1790 });
    expect(closed.body).toMatchObject({ state: 'CLOSED', expectedAmount: 1800, difference: -10 });
    await receiver.waitFor(7);
  });

  /** The newest deliveries in the log. Events get there in their order: if a later one is there, an earlier one that is missing was never emitted. */
  async function newestDeliveries(count: number) {
    const log = await asAdmin<{ items: { deliveryUid: string; action: string }[] }>(
      'GET',
      '/deliveries?pageSize=10',
    );
    return log.body.items.slice(0, count).map(({ deliveryUid, action }) => ({ deliveryUid, action }));
  }

  it('rolls back a sale, with its event, if the stock does not suffice', async () => {
    await arrivalsOf(2, async () => {
      await asAdmin('POST', '/products', { productUid: 'rare', name: 'Rare' });
      return asAdmin('PUT', '/warehouses/central/stock/rare', { quantity: 1 });
    });
    const before = await newestDeliveries(1);
    const lines = [{ productUid: 'rare', quantity: 2, unitAmount: 100 }];
    const sale = { orderUid: 'rare-1', warehouseUid: 'central', lines, payments: [{ amount: 200 }] };
    expect(await asCashier('POST', '/stores/main/orders', sale)).toMatchObject({ status: 409 });
    expect(await asCashier('GET', '/stores/main/orders/rare-1')).toMatchObject({ status: 404 });
    await arrivalsOf(1, () => asAdmin('PATCH', '/products/rare', { name: 'Very rare' }));
    expect(await newestDeliveries(2)).toEqual([
      expect.objectContaining({ action: 'PRODUCT_UPDATE' }),
      ...before,
    ]);
  });

  it('emits nothing where nothing changed', async () => {
    const before = await newestDeliveries(1);
    await asAdmin('PUT', '/warehouses/central/stock/rare', { quantity: 1 });
    await asCashier('PUT', '/stores/main/orders/tea-1/handlingstate', { state: 'NEW' });
    await arrivalsOf(1, () => asAdmin('PATCH', '/products/rare', { name: 'Rare again' }));
    expect(await newestDeliveries(2)).toEqual([
      expect.objectContaining({ action: 'PRODUCT_UPDATE' }),
      ...before,
    ]);
  });
});
