import { uuidv7 } from '../../../lib/domain/uid.js';
import { posCatalog } from '../../../lib/pos/pos-catalog.js';

/*
 * The data of a coffee shop chain, always the same: pages that show it can be compared with images, and the documentation
 * shows them. It names no person.
 */

/** The present time of the pages: 18 June 2026, 12:34 in Oslo. ms since the epoch */
export const NOW = Date.UTC(2026, 5, 18, 10, 34);
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
/** When the kitchen display began to fail, ms since the epoch. */
export const FAILING_SINCE = NOW - 41 * MINUTE_MS;

/** An endpoint of the shop, and the patterns of the event types that it gets. */
export interface ShopEndpoint {
  readonly uid: string;
  readonly name: string;
  readonly url: string;
  readonly actions: readonly string[];
}

export const ENDPOINTS: readonly ShopEndpoint[] = [
  {
    uid: 'accounting',
    name: 'Accounting',
    url: 'https://erp.example.com/hooks/pos',
    actions: ['ORDER_*', 'TILL_CLOSED'],
  },
  {
    uid: 'kitchen',
    name: 'Kitchen display',
    url: 'https://kitchen.example.com/orders',
    actions: ['ORDER_SETTLED'],
  },
  {
    uid: 'loyalty',
    name: 'Loyalty programme',
    url: 'https://loyalty.example.com/hooks',
    actions: ['ORDER_SETTLED', 'CUSTOMER_*'],
  },
  {
    uid: 'old-till',
    name: 'Old till bridge',
    url: 'https://bridge.example.com/v1/till',
    actions: ['TILL_CLOSED'],
  },
  {
    uid: 'sales-analytics',
    name: 'Sales analytics',
    url: 'https://analytics.example.com/ingest',
    actions: ['*'],
  },
  {
    uid: 'web-shop',
    name: 'Web shop',
    url: 'https://shop.example.com/api/stock',
    actions: ['STOCK_CHANGE', 'PRICE_*', 'PRODUCT_*'],
  },
];

/** The actions in the shops, which are repeated. */
const ACTIONS = [
  'ORDER_SETTLED',
  'STOCK_CHANGE',
  'ORDER_SETTLED',
  'ORDER_RECEIPT_SETTLED',
  'ORDER_SETTLED',
  'PRICE_UPDATE',
  'ORDER_DELIVERED',
  'CUSTOMER_CREATE',
  'ORDER_SETTLED',
  'STOCK_CHANGE',
  'TILL_CLOSED',
] as const;

/** An emitted event. */
export interface ShopEvent {
  readonly id: number;
  readonly uid: string;
  readonly action: string;
  readonly body: string;
  /** ms since the epoch */
  readonly at: number;
}

const EVENT_COUNT = 48;
const EVERY_MS = 73_000;

/** The last events, oldest first. */
export const EVENTS: readonly ShopEvent[] = Array.from({ length: EVENT_COUNT }, (_, index) => {
  const at = NOW - (EVENT_COUNT - index) * EVERY_MS;
  const action = ACTIONS[index % ACTIONS.length]!;
  const { example } = posCatalog[action];
  const order = { Id: 7_100 + index, Uid: String(70_400 + index) };
  const body = { action, ...example, ...('order' in example && { order }) };
  const bytes = Uint8Array.from({ length: 10 }, (_value, place) => (index * 31 + place * 17) % 256);
  return { id: 1_000 + index, uid: uuidv7(at, () => bytes), action, body: JSON.stringify(body), at };
});
