/** Reference to an entity in a payload. The receiver fetches the details from the host's API. */
export interface EntityReference {
  /** The host's numeric id of the entity, if it has one. */
  readonly Id?: number;
  /** The host's uid of the entity. */
  readonly Uid: string;
}

/** Members that every action may have. In addition to the members of its type, a payload may contain any other JSON. */
export interface PosPayload {
  /** The tenant in the body. Its uid is always the `tenantUid` of the emit. */
  readonly tenant?: { readonly Id?: number };
  /** The user who caused the event; omitted if no user did, for example in a job. */
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
  /** The store in which the order was made; omitted if there is none, for example for a web shop's order. */
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
  /** The store of the till. */
  readonly store?: EntityReference;
  readonly till: EntityReference;
}

/** PRICE_CREATE, PRICE_UPDATE, PRICE_DELETE. */
export interface PricePayload extends PosPayload {
  readonly price: EntityReference;
  /** The product that the price belongs to. */
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
  /** The warehouse that received the goods. */
  readonly warehouse?: EntityReference;
}
