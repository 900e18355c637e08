/** How a payload names an entity: the receiver fetches the rest over the host's API. */
export interface EntityReference {
  /** The host's number for it, where it has one. */
  readonly Id?: number;
  /** The host's uid for it. */
  readonly Uid: string;
}

/** What every action may carry. Beyond the members of its type a payload may have any further JSON. */
export interface PosPayload {
  /** What the body says of the tenant beside its uid, which is always `tenantUid` of the emit. */
  readonly tenant?: { readonly Id?: number };
  /** The user who caused it; left out when no user did, such as in a job. */
  readonly tenantUser?: EntityReference;
}

/** PRODUCT_CREATE, PRODUCT_UPDATE, PRODUCT_DELETE, PRODUCT_MEDIA_CHANGE. */
export interface ProductPayload extends PosPayload {
  readonly product: EntityReference;
}

/** CUSTOMER_CREATE, CUSTOMER_UPDATE, CUSTOMER_DELETE. */
export interface CustomerPayload extends PosPayload {
  readonly customer: EntityReference;
}

/** ORDER_SETTLED, ORDER_DELIVERED. */
export interface OrderPayload extends PosPayload {
  /** Where it was made; left out when that was in no store, such as a web shop's order. */
  readonly store?: EntityReference;
  readonly order: EntityReference;
}

/** ORDER_RECEIPT_SETTLED. */
export interface OrderReceiptPayload extends OrderPayload {
  readonly receipt: EntityReference;
}

/** ORDER_HANDLING_STATE_CHANGED. */
export interface OrderHandlingPayload extends OrderPayload {
  readonly orderHandling: EntityReference;
}

/** TILL_OPEN, TILL_CLOSED. */
export interface TillPayload extends PosPayload {
  /** Where it stands. */
  readonly store?: EntityReference;
  readonly till: EntityReference;
}

/** PRICE_CREATE, PRICE_UPDATE, PRICE_DELETE. */
export interface PricePayload extends PosPayload {
  readonly price: EntityReference;
  /** What it is the price of. */
  readonly product?: EntityReference;
}

/** STOCK_CHANGE. */
export interface StockPayload extends PosPayload {
  readonly warehouse: EntityReference;
  readonly product: EntityReference;
}

/** PURCHASE_RECEIVED. */
export interface PurchasePayload extends PosPayload {
  readonly purchase: EntityReference;
  /** Where the goods went. */
  readonly warehouse?: EntityReference;
}
