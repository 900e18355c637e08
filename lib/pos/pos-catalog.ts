import { type ActionDefinition, defineAction } from '../domain/action-catalog.js';
import type {
  CustomerPayload,
  OrderHandlingPayload,
  OrderPayload,
  OrderReceiptPayload,
  PricePayload,
  ProductPayload,
  PurchasePayload,
  StockPayload,
  TillPayload,
} from './pos-payloads.js';

const tenant = { Id: 7 };
const tenantUser = { Id: 7, Uid: '9' };
const store = { Id: 1, Uid: '70' };
const order = { Id: 7123, Uid: '700' };
const product = { Id: 501, Uid: '5001' };
const customer = { Id: 32, Uid: '1000' };
const till = { Id: 3, Uid: '30' };
const price = { Id: 8801, Uid: '880' };
const warehouse = { Id: 2, Uid: '20' };

const ofProduct = (description: string): ActionDefinition<ProductPayload> =>
  defineAction({ description, example: { tenant, product, tenantUser } });

const ofCustomer = (description: string): ActionDefinition<CustomerPayload> =>
  defineAction({ description, example: { tenant, customer, tenantUser } });

const ofOrder = (description: string): ActionDefinition<OrderPayload> =>
  defineAction({ description, example: { tenant, store, order, tenantUser } });

const ofTill = (description: string): ActionDefinition<TillPayload> =>
  defineAction({ description, example: { tenant, store, till, tenantUser } });

const ofPrice = (description: string): ActionDefinition<PricePayload> =>
  defineAction({ description, example: { tenant, price, product, tenantUser } });

/**
 * The 18 actions of a point of sale, spelt as in the Flow Retail API. The types of the payloads define only references; a
 * receiver fetches the details. Add a host's own actions with `extendCatalog(posCatalog, { … })`.
 */
export const posCatalog = Object.freeze({
  PRODUCT_CREATE: ofProduct('A product was created.'),
  PRODUCT_UPDATE: ofProduct('A product was changed.'),
  PRODUCT_DELETE: ofProduct('A product was deleted.'),
  CUSTOMER_CREATE: ofCustomer('A customer was created.'),
  CUSTOMER_UPDATE: ofCustomer('A customer was changed.'),
  CUSTOMER_DELETE: ofCustomer('A customer was deleted.'),
  ORDER_SETTLED: ofOrder('A new order was settled: it is fully paid.'),
  ORDER_RECEIPT_SETTLED: defineAction<OrderReceiptPayload>({
    description: 'A receipt of an order was settled.',
    example: { tenant, store, order, receipt: { Id: 9210, Uid: '921' }, tenantUser },
  }),
  ORDER_DELIVERED: ofOrder('An order was delivered in full: all of its lines are delivered.'),
  ORDER_HANDLING_STATE_CHANGED: defineAction<OrderHandlingPayload>({
    description: 'The handling state of an order changed.',
    example: { tenant, store, order, orderHandling: { Id: 71234, Uid: '7000' }, tenantUser },
  }),
  TILL_CLOSED: ofTill('A till was counted and closed.'),
  TILL_OPEN: ofTill('A till was opened.'),
  PRICE_CREATE: ofPrice('A price was created.'),
  PRICE_UPDATE: ofPrice('A price was changed.'),
  PRICE_DELETE: ofPrice('A price was deleted.'),
  STOCK_CHANGE: defineAction<StockPayload>({
    description: 'The stock of a product in a warehouse changed.',
    example: { tenant, warehouse, product, tenantUser },
  }),
  PRODUCT_MEDIA_CHANGE: ofProduct('Media of a product were created, changed or deleted.'),
  PURCHASE_RECEIVED: defineAction<PurchasePayload>({
    description: 'A purchase order was received in full.',
    example: { tenant, purchase: { Id: 610, Uid: '6100' }, warehouse, tenantUser },
  }),
});

/** The catalog type of a `WebhookEmitter` unless the host sets its own. */
export type PosCatalog = typeof posCatalog;
