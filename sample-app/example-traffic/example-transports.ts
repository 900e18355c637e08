/** Tenant that gets the example traffic. */
export const EXAMPLE_TENANT = 'demo';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How long before the start of the app something of the story happened, in ms. */
export const AGO = {
  /** The first event. Data warehouse fails from here on, and is disabled five days later, according to `disableAfterHours`. */
  firstEvent: 5 * DAY_MS + 26 * MINUTE_MS,
  transportsCreated: 6 * DAY_MS,
  /** From here on an event every few minutes, and in the last hour every few seconds. */
  lastDay: DAY_MS,
  lastHour: HOUR_MS,
  loyaltyFails: 47 * MINUTE_MS,
  accountingFails: 40 * MINUTE_MS,
  accountingIsBack: 28 * MINUTE_MS,
  secretRotated: 35 * MINUTE_MS,
  dataWarehouseDisabled: 25 * MINUTE_MS,
  oldShopMoved: 29 * MINUTE_MS,
  oldShopDeleted: 20 * MINUTE_MS,
  warehousePaused: 12 * MINUTE_MS,
} as const;

/** An HTTP transport of the example. The portal calls it an endpoint. */
export interface ExampleTransport {
  /** Also the last segment of the receiver's URL. */
  readonly uid: string;
  readonly name: string;
  /** In the order in which they are created; at most one of them matches an action. */
  readonly webhooks: readonly { readonly uid: string; readonly action: string }[];
  /** Waits after failed attempts. Undefined: the default schedule of the module, about three days. */
  readonly retryScheduleSeconds?: readonly number[];
  /** How long ago it was paused, disabled or deleted, in ms. */
  readonly pausedAgo?: number;
  readonly disabledAgo?: number;
  readonly deletedAgo?: number;
}

/** One transport for each state that an admin meets. */
export const EXAMPLE_TRANSPORTS: readonly ExampleTransport[] = [
  {
    uid: 'web-shop',
    name: 'Web shop',
    webhooks: [
      { uid: 'web-shop-orders', action: 'ORDER_*' },
      { uid: 'web-shop-stock', action: 'STOCK_CHANGE' },
      { uid: 'web-shop-products', action: 'PRODUCT_*' },
    ],
  },
  {
    uid: 'accounting',
    name: 'Accounting',
    webhooks: [
      { uid: 'accounting-orders', action: 'ORDER_SETTLED' },
      { uid: 'accounting-tills', action: 'TILL_CLOSED' },
    ],
    retryScheduleSeconds: [5, 15, 45],
  },
  {
    uid: 'loyalty',
    name: 'Loyalty programme',
    webhooks: [
      { uid: 'loyalty-customers', action: 'CUSTOMER_*' },
      { uid: 'loyalty-orders', action: 'ORDER_SETTLED' },
    ],
    retryScheduleSeconds: [10, 30],
  },
  {
    uid: 'warehouse',
    name: 'Warehouse',
    webhooks: [
      { uid: 'warehouse-stock', action: 'STOCK_CHANGE' },
      { uid: 'warehouse-orders', action: 'ORDER_DELIVERED' },
    ],
    pausedAgo: AGO.warehousePaused,
  },
  {
    uid: 'data-warehouse',
    name: 'Data warehouse',
    webhooks: [
      { uid: 'data-warehouse-orders', action: 'ORDER_*' },
      { uid: 'data-warehouse-tills', action: 'TILL_*' },
    ],
    disabledAgo: AGO.dataWarehouseDisabled,
  },
  {
    uid: 'old-shop',
    name: 'Old web shop',
    webhooks: [{ uid: 'old-shop-orders', action: 'ORDER_*' }],
    deletedAgo: AGO.oldShopDeleted,
  },
];

/** Whether a webhook with this pattern gets an action: `ORDER_*` gets all actions that begin with `ORDER_`. */
export const subscribes = (pattern: string, action: string): boolean =>
  pattern.endsWith('*') ? action.startsWith(pattern.slice(0, -1)) : action === pattern;
